// Make package-lock.json one that every npm installs from: `make lock` runs it after npm.
// A dependency that asks for a tag ("latest") is asked for by the version that was locked. Debian's npm 9 fails
// on an override of a tag, and without the registry's addresses in the lock npm would resolve the tag anew.
import { readFileSync, writeFileSync } from "node:fs";

const file = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf8"));
const isTag = (wanted) => /^[a-z]+$/.test(wanted);

function lockedVersion(from, name) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")))) {
    const found = lock.packages[`${at}${at ? "/" : ""}node_modules/${name}`];
    if (found || !at) return found?.version;
  }
}

for (const [path, entry] of Object.entries(lock.packages)) {
  delete entry.resolved;
  for (const [name, wanted] of Object.entries(entry.dependencies ?? {})) {
    if (isTag(wanted)) entry.dependencies[name] = lockedVersion(path, name) ?? wanted;
  }
}
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
