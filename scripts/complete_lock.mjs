// Run it after adding a package: gives package-lock.json the entries of optional packages for other systems that
// npm left out because the registry in use does not carry them. Without them `npm ci` refuses the lock file.
import { readFileSync, writeFileSync } from "node:fs";

const SYSTEMS = ["android", "darwin", "freebsd", "linux", "openharmony", "win32"];
const CPUS = ["arm64", "x64", "ia32", "ppc64", "riscv64", "s390x", "arm"];

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
for (const [folder, { optionalDependencies = {}, license }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const path = `node_modules/${name}`;
    if (lock.packages[`${folder}/${path}`] || lock.packages[path]) continue;
    const os = SYSTEMS.find((system) => name.includes(system));
    const cpu = CPUS.find((architecture) => name.includes(`-${architecture}`));
    if (!os || !cpu || !/^\d+\.\d+\.\d+$/.test(version)) {
      console.error(`complete_lock: cannot tell what ${name} ${version} runs on; add it by hand.`);
      process.exitCode = 1;
      continue;
    }
    const libc = name.includes("musl") ? ["musl"] : os === "linux" && name.includes("gnu") ? ["glibc"] : undefined;
    lock.packages[path] = { version, cpu: [cpu], dev: true, libc, license, optional: true, os: [os] };
    console.log(`added ${name} ${version}: ${os}, ${cpu}`);
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, "en")));
writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
