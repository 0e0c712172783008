/**
 * Bundles the browser half into web/static/dist: hashed names with a manifest, one icon sprite, compressed copies,
 * third-party notices, and a page-weight budget that fails the build.   node web/build.mjs [--watch]
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, watch, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import * as esbuild from "esbuild";

import { checkBudgets } from "./build/budgets.mjs";
import { compress } from "./build/compress.mjs";
import { filesUnder } from "./build/files.mjs";
import { hashed } from "./build/hashed.mjs";
import { sprite } from "./build/icons.mjs";
import { manifest } from "./build/manifest.mjs";
import { notices } from "./build/notices.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
process.chdir(root);
const dist = "web/static/dist";
const fresh = "node_modules/.cache/mainspring/dist"; // swapped in whole, so that a running server never sees half a build

/** xyflow and the canvas are written for React; Preact, which speaks the same language, weighs 60 KB less (docs/adr/0011). */
const PREACT = {
  react: "preact/compat",
  "react-dom": "preact/compat",
  "react-dom/client": "preact/compat/client",
  "react/jsx-runtime": "preact/jsx-runtime",
};

/** Every folder of web/islands with an index is a bundle of that name; every file of web/static/css without a _ is a style sheet. */
function entries() {
  const islands = filesUnder("web/islands", /^web\/islands\/[^/]+\/index\.tsx?$/).map((path) => [basename(dirname(path)), path]);
  const sheets = filesUnder("web/static/css", /\/[^_/][^/]*\.css$/).map((path) => [basename(path, ".css"), path]);
  return [...islands, ...sheets].map(([out, path]) => ({ out, in: path }));
}

async function bundle() {
  const { metafile } = await esbuild.build({
    entryPoints: entries(),
    outdir: fresh,
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    alias: PREACT,
    minify: true,
    sourcemap: false,
    metafile: true,
    legalComments: "linked",
    entryNames: "[name]-[hash]",
    chunkNames: "chunks/[name]-[hash]",
    assetNames: "assets/[name]-[hash]",
    loader: { ".woff2": "file", ".svg": "file" },
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "warning",
  });
  return metafile;
}

async function build() {
  const began = performance.now();
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  const icons = sprite();
  const metafile = await bundle();
  const extra = {
    "icons.svg": hashed(fresh, "icons.svg", icons.svg),
    "favicon.svg": hashed(fresh, "favicon.svg", readFileSync("web/static/favicon.svg")),
  };
  const names = manifest(metafile, fresh, extra, icons.names);
  writeFileSync(join(fresh, "THIRD-PARTY-NOTICES.txt"), notices(metafile));
  writeFileSync(join(fresh, "manifest.json"), JSON.stringify(names, null, 1));
  const sizes = await compress(fresh);
  const weights = checkBudgets(names, sizes);
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dirname(dist), { recursive: true });
  renameSync(fresh, dist);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`Built ${Object.keys(names.files).length} files and ${icons.names.length} icons in ${seconds} s; ${weights}`);
}

function rebuildOnChange() {
  let timer;
  const soon = (_event, path) => {
    if (path?.includes("dist")) return;
    clearTimeout(timer);
    timer = setTimeout(() => build().catch((fault) => console.error(fault.message)), 150);
  };
  for (const folder of ["web/islands", "web/static/css", "templates"]) {
    if (existsSync(folder)) watch(folder, { recursive: true }, soon);
  }
  console.log("Watching for changes. Ctrl-C ends it.");
}

try {
  await build();
} catch (fault) {
  console.error(fault.message);
  if (!process.argv.includes("--watch")) process.exit(1);
}
if (process.argv.includes("--watch")) rebuildOnChange();
