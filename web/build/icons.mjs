/** One SVG sprite of the Tabler icons that templates, pages, islands, steps and triggers name; an unknown name fails the build. */
import { existsSync, readFileSync } from "node:fs";

import { filesUnder } from "./files.mjs";

const FOLDER = "node_modules/@tabler/icons/icons/outline";
const SOURCES = [
  ["templates", /\.html$/],
  ["web", /\.(py|tsx?)$/],
  // steps, triggers and vendors name their icon where they are declared
  ["activities", /\.py$/],
  ["domain", /\.py$/],
  ["integrations", /\.py$/],
];
const CALL = /\b(?:icon|tile)\(([^(),]*)/g; // the first argument: icon('pause' if held else 'play', size='sm')
const FIELD = /\bicon["']?\s*(?::\s*(?:str\s*)?=?|=)\s*\{?\s*(["'])([a-z][a-z0-9-]*)\1/g; // icon="mail", icon: "mail", icon: str = "mail"
const QUOTED = /(=\s*)?(["'])([a-z][a-z0-9-]*)\2/g;

function namesIn(text) {
  const inCalls = [...text.matchAll(CALL)].flatMap(([, inside]) =>
    [...inside.matchAll(QUOTED)].filter(([, compared]) => !compared).map(([, , , name]) => name),
  );
  const inFields = [...text.matchAll(FIELD)].map(([, , name]) => name);
  return [...inCalls, ...inFields];
}

function used() {
  const where = new Map();
  for (const path of SOURCES.flatMap(([folder, pattern]) => filesUnder(folder, pattern))) {
    for (const name of namesIn(readFileSync(path, "utf8"))) if (!where.has(name)) where.set(name, path);
  }
  return where;
}

function symbol(name) {
  const drawing = readFileSync(`${FOLDER}/${name}.svg`, "utf8")
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/[\s\S]*?<svg[^>]*>/, "")
    .replace(/<\/svg>\s*$/, "");
  return `<symbol id="${name}" viewBox="0 0 24 24">${drawing.replace(/\s*\n\s*/g, "")}</symbol>`;
}

export function sprite() {
  const where = used();
  const unknown = [...where].filter(([name]) => !existsSync(`${FOLDER}/${name}.svg`));
  if (unknown.length) {
    const lines = unknown.map(([name, path]) => `  ${path}: there is no Tabler icon named "${name}"`);
    throw new Error(`Unknown icons (see https://tabler.io/icons):\n${lines.join("\n")}`);
  }
  const names = [...where.keys()].sort();
  const svg = `<svg xmlns="http://www.w3.org/2000/svg">${names.map(symbol).join("")}</svg>`;
  return { names, svg };
}
