/** Writes a file under a name that changes with its content, so that browsers may keep it for ever. */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { extname, join } from "node:path";

export function hashed(folder, name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  const extension = extname(name);
  const unique = `${name.slice(0, -extension.length)}-${hash}${extension}`;
  writeFileSync(join(folder, unique), content);
  return unique;
}
