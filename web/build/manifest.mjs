/** What the server needs to know of a build: the hashed name of each file, what each script loads, which icons exist. */
import { basename, extname, relative } from "node:path";

const LATIN = /inter-latin-wght-normal-.*\.woff2$/;

function plainName(entryPoint, path) {
  const folder = /^web\/islands\/([^/]+)\/index\.tsx?$/.exec(entryPoint);
  const stem = folder ? folder[1] : basename(entryPoint, extname(entryPoint));
  return `${stem}${extname(path)}`;
}

export function manifest(metafile, folder, extra, icons) {
  const files = { ...extra };
  const imports = {};
  const local = (path) => relative(folder, path);
  const statics = (path, seen = new Set()) => {
    for (const { path: next, kind } of metafile.outputs[path]?.imports ?? []) {
      if (kind !== "import-statement" || seen.has(next)) continue;
      seen.add(next);
      statics(next, seen);
    }
    return seen;
  };
  for (const [path, output] of Object.entries(metafile.outputs)) {
    if (LATIN.test(path)) files["inter.woff2"] = local(path);
    if (!output.entryPoint || path.endsWith(".LEGAL.txt")) continue;
    const name = plainName(output.entryPoint, path);
    files[name] = local(path);
    if (output.cssBundle) files[name.replace(/\.js$/, ".css")] = local(output.cssBundle);
    if (name.endsWith(".js")) imports[name] = [...statics(path)].map(local).sort();
  }
  return { files: Object.fromEntries(Object.entries(files).sort()), imports, icons };
}
