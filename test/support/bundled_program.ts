// The program and the library as one bundle each, for hosts on which the loader of TypeScript does not run: it would need more
// permissions, more memory, or WebAssembly.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { build } from "esbuild";

mkdirSync("build", { recursive: true });
const folder = resolve(mkdtempSync("build/bundled-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
await build({
  entryPoints: { cli: "cli/main.ts", library: "lib/index.ts", node: "data/index.node.ts" },
  ...{ bundle: true, splitting: true, packages: "external", platform: "node", format: "esm", target: "node20" },
  outdir: folder,
});

/** Of the program, `cli.js`; of the library, `library.js`; of its part that needs Node, `node.js`. */
export const bundled = (name: string): string => join(folder, name);

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs Node with these flags and arguments in a folder.
 *
 * @param shell before it in a shell, such as a limit
 */
export function runNode(cwd: string, args: readonly string[], shell?: string): Outcome {
  const env = { ...process.env, NO_COLOR: "1", MNIST_DIR: "" };
  const options = { cwd, env, encoding: "utf8", timeout: 120_000 } as const;
  const { status, stdout, stderr } =
    shell === undefined
      ? spawnSync(process.execPath, args, options)
      : spawnSync("sh", ["-c", `${shell}; exec "$0" "$@"`, process.execPath, ...args], options);
  return { code: status, stdout, stderr };
}

/** A program's code, with the library as `library` and its part that needs Node as `node`. */
export function withLibrary(code: string): string[] {
  const imports = ["library", "node"].map(
    (name) => `import * as ${name} from ${JSON.stringify(bundled(`${name}.js`))};`,
  );
  return ["--input-type=module", "--eval", `${imports.join("\n")}\n${code}`];
}
