// Compiles kernels/*.ts to build/kernels.{simd,relaxed}.wasm, and kernels/sets/inference.ts, a few of them, to
// build/kernels.inference.wasm; and writes what the library and the program import:
//
//   build/kernels.{simd,relaxed,inference}.js   the same bytes as base64, so that no bundler needs configuring
//   build/kernels.d.ts                          the type of every exported kernel
//
// asc knows no globs, and drops the second of two equal export names without a word: both are ours.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import asc from "assemblyscript/asc";
import InlineShared from "./inline_shared.mjs";
import { markCurrent } from "./stamp.mjs";

const entries = readdirSync("kernels")
  .filter((file) => file.endsWith(".ts"))
  .sort()
  .map((file) => `kernels/${file}`);

const signatures = readSignatures(entries);
mkdirSync("build", { recursive: true });
const targets = { simd: entries, relaxed: entries, inference: ["kernels/sets/inference.ts"] };
for (const [target, files] of Object.entries(targets)) {
  const { error, stderr } = await asc.main([...files, "--config", "asconfig.json", "--target", target], {
    transforms: [new InlineShared()],
  });
  if (error) {
    console.error(stderr.toString());
    process.exit(1);
  }
  const wasm = readFileSync(`build/kernels.${target}.wasm`);
  writeFileSync(`build/kernels.${target}.js`, `export default "${wasm.toString("base64")}";\n`);
  writeFileSync(`build/kernels.${target}.d.ts`, "declare const base64: string;\nexport default base64;\n");
}
writeFileSync("build/kernels.d.ts", declaration(signatures));
markCurrent("kernels");

/** Every `export function` of the entry files, as [name, parameter names, result]. */
function readSignatures(files) {
  const found = new Map();
  for (const file of files) {
    const source = readFileSync(file, "utf8");
    for (const [, name, parameters, result] of source.matchAll(/^export function (\w+)\(([^)]*)\)\s*:\s*(\w+)/gm)) {
      if (found.has(name)) {
        console.error(`build: ${name} is exported by both ${found.get(name).file} and ${file}; rename one.`);
        process.exit(1);
      }
      const names = [...parameters.matchAll(/(\w+)\s*:/g)].map((match) => match[1]);
      found.set(name, { file, names, result });
    }
  }
  return found;
}

/** The TypeScript interface of the module's exports: pointers and numbers are all `number`. */
function declaration(kernels) {
  const lines = [...kernels].map(
    ([name, { names, result }]) =>
      `  ${name}(${names.map((n) => `${n}: number`).join(", ")}): ${result === "void" ? "void" : "number"};`,
  );
  return `export interface Kernels {\n${lines.join("\n")}\n}\n`;
}
