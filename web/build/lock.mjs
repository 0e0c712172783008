// Takes the addresses of sponsors out of the lock files: a lock is names, versions and hashes.
import { readFileSync, writeFileSync } from "node:fs";

for (const path of ["package-lock.json", "core/launch/postgres/package-lock.json"]) {
  const lock = JSON.parse(readFileSync(path, "utf8"));
  for (const entry of Object.values(lock.packages)) delete entry.funding;
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
}
