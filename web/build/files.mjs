/** The files under a folder whose path matches; Node 20 has no glob of its own. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const SKIPPED = /(^|\/)(node_modules|dist|__pycache__)\//;

export function filesUnder(folder, pattern) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => pattern.test(path) && (SKIPPED.test(folder) || !SKIPPED.test(path)))
    .sort();
}
