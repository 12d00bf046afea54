// What the build tells the library about the kernels: the type of every export, the numbers both agree on; and what it writes into a binary about
// itself, so that the library knows its kernels from those of another version, and the variants from each other.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { buildSync } from "esbuild";

/** What is compiled: every file in kernels/ itself. */
export const KERNEL_FILES = readdirSync("kernels")
  .filter((file) => file.endsWith(".ts"))
  .sort()
  .map((file) => `kernels/${file}`);

/**
 * Every `export function` of the files, as [name, parameter names, result].
 *
 * asc drops the second of two equal export names without a word: here it is an error.
 */
export function readSignatures() {
  const found = new Map();
  for (const file of KERNEL_FILES) {
    const source = readFileSync(file, "utf8");
    for (const [, name, parameters, result] of source.matchAll(/^export function (\w+)\(([^)]*)\)\s*:\s*(\w+)/gm)) {
      if (found.has(name)) {
        throw new Error(`build: ${name} is exported by both ${found.get(name).file} and ${file}; rename one.`);
      }
      const names = [...parameters.matchAll(/(\w+)\s*:/g)].map((match) => match[1]);
      found.set(name, { file, names, result });
    }
  }
  return found;
}

/** The TypeScript interface of the module's exports: pointers and numbers are all `number`. */
export function declareKernels(signatures) {
  const lines = [...signatures].map(
    ([name, { names, result }]) =>
      `  ${name}(${names.map((n) => `${n}: number`).join(", ")}): ${result === "void" ? "void" : "number"};`,
  );
  return `export interface Kernels {\n${lines.join("\n")}\n}\n`;
}

/**
 * What kernels and their callers agree on, as JavaScript, and its types: kernels/abi/abi.ts is AssemblyScript and
 * TypeScript at once.
 */
export function compileAbi() {
  const path = "kernels/abi/abi.ts";
  const { outputFiles } = buildSync({
    entryPoints: [path],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
  });
  const types = readFileSync(path, "utf8")
    .replaceAll("usize", "number")
    .replace(/^(import|const) .*\n/gm, "")
    .replace(/^export const (\w+): number = (\d+);$/gm, "export declare const $1 = $2;")
    .replace(/^export function (\w+\([^)]*\): number) \{\n[\s\S]*?\n\}$/gm, "export declare function $1;");
  const odd = types.match(/^(?!export declare|\/|$| \*).*/m)?.[0];
  if (odd) throw new Error(`build: ${path} has what is neither a number nor a function of numbers: ${odd}`);
  return { code: outputFiles[0].text, types };
}

/** Sixteen hex digits of the SHA-256 of all sources: kernels of the same digest give the same bits. */
export function kernelsDigest() {
  const hash = createHash("sha256");
  const sources = readdirSync("kernels", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  for (const file of sources.map((name) => name.replaceAll("\\", "/")).sort()) {
    const content = readFileSync(`kernels/${file}`);
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex").slice(0, 16);
}

/** The binary with a custom section behind the others, which lib/runtime/kernel_module.ts reads: `relaxed 0123456789abcdef`. */
export function labelKernels(wasm, variant) {
  const text = (string) => [string.length, ...Buffer.from(string)];
  const content = [...text("simdgrad"), ...Buffer.from(`${variant} ${kernelsDigest()}`)];
  return Buffer.concat([wasm, Buffer.from([0, content.length, ...content])]);
}
