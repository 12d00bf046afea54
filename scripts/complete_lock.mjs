// Run it after adding a package: npm leaves optional packages for other systems out of the lock file, or their integrity,
// where something else answered for them before. Takes out what is incomplete, and has npm ask the registry again.
//
//   node scripts/complete_lock.mjs [folder …]    default: . and bench/peers
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

const folders = process.argv.length > 2 ? process.argv.slice(2) : [".", "bench/peers"];
for (const folder of folders) {
  const path = join(folder, "package-lock.json");
  const lock = JSON.parse(readFileSync(path, "utf8"));
  const missing = incomplete(lock);
  if (missing.length === 0) continue;
  for (const entry of missing) delete lock.packages[entry];
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  const args = ["install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"];
  execFileSync("npm", args, { cwd: folder, stdio: "inherit", shell: process.platform === "win32" });
  const left = incomplete(JSON.parse(readFileSync(path, "utf8")));
  if (left.length > 0) {
    console.error(`complete_lock: the registry in use does not say what is in ${left.join(", ")}; ask another one.`);
    process.exitCode = 1;
  }
}

/** Entries without the digest of what they install, and the places of those that are not there. */
function incomplete({ packages }) {
  return Object.entries(packages).flatMap(([path, { integrity, link, optionalDependencies = {} }]) => [
    ...(path && !link && !integrity ? [path] : []),
    ...Object.keys(optionalDependencies)
      .filter((name) => !packages[`${path}/node_modules/${name}`] && !packages[`node_modules/${name}`])
      .map((name) => `node_modules/${name}`),
  ]);
}
