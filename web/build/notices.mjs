/** The licences of everything that reaches the browser, in one file; a licence that is not on the list fails the build. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const ALLOWED = new Set(["MIT", "ISC", "0BSD", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "OFL-1.1"]);
const SPELLED_OTHERWISE = { "BSD-0-Clause": "0BSD" };
// Not seen by the bundler: the sprite reads the icons, Alpine carries Vue's reactivity inside its own file
const ALWAYS = ["@tabler/icons", "@vue/reactivity", "@vue/shared"];
const PACKAGE = /node_modules\/((?:@[^/]+\/)?[^/]+)\//;

function bundled(metafile) {
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs));
  const names = inputs.map((path) => PACKAGE.exec(path)?.[1]).filter(Boolean);
  return [...new Set([...names, ...ALWAYS])].sort();
}

function describe(name) {
  const folder = join("node_modules", name);
  const { version, license, author } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? readFileSync(join(folder, file), "utf8").trim() : `Copyright ${author?.name ?? author ?? name}`;
  return { name, version, licence: SPELLED_OTHERWISE[license] ?? license, text };
}

export function notices(metafile) {
  const parts = bundled(metafile).filter((name) => existsSync(join("node_modules", name))).map(describe);
  const refused = parts.filter(({ licence }) => !ALLOWED.has(licence));
  if (refused.length) {
    const lines = refused.map(({ name, licence }) => `  ${name}: ${licence ?? "no licence named"}`);
    throw new Error(`Licences that may not reach users:\n${lines.join("\n")}`);
  }
  const sections = parts.map(({ name, version, licence, text }) => `${name} ${version} (${licence})\n\n${text}\n`);
  return ["What Mainspring's browser files are made of, and under which licences.\n", ...sections].join(`\n${"-".repeat(80)}\n\n`);
}
