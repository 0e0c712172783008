/** Writes .br and .gz beside each file: compressing per request costs time on a small machine. */
import { readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

import { filesUnder } from "./files.mjs";

const TEXT = /\.(js|css|svg|txt|json)$/;
const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

/** Answers with what each file weighs over the wire, gzipped where it is text. */
export async function compress(folder) {
  const files = filesUnder(folder, /./);
  const weigh = async (path) => {
    const content = readFileSync(path);
    if (!TEXT.test(path)) return [relative(folder, path), content.length];
    const [gz, br] = await Promise.all([
      zip(content, { level: 9 }),
      brotli(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }),
    ]);
    writeFileSync(`${path}.gz`, gz);
    writeFileSync(`${path}.br`, br);
    return [relative(folder, path), gz.length];
  };
  return Object.fromEntries(await Promise.all(files.map(weigh)));
}
