// Compiles kernels/*.ts to build/kernels.{simd,relaxed}.wasm, and kernels/sets/inference.ts, a few of them, to
// build/kernels.inference.wasm; and writes what the library and the program import:
//
//   build/woven_kernels.js       the bytes of both variants in one text, so that no bundler needs configuring
//   build/kernels.inference.js   the few as base64, for exported modules
//   build/kernels.d.ts           the type of every exported kernel
//
// asc knows no globs, and drops the second of two equal export names without a word: both are ours.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import asc from "assemblyscript/asc";
import InlineShared from "./inline_shared.mjs";
import { markCurrent } from "./stamp.mjs";
import { weave } from "./weave.mjs";

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
}
const woven = weave(readFileSync("build/kernels.simd.wasm"), readFileSync("build/kernels.relaxed.wasm"));
writeFileSync("build/woven_kernels.js", `export default "${woven}";\n`);
writeFileSync("build/woven_kernels.d.ts", "declare const woven: string;\nexport default woven;\n");
const inference = readFileSync("build/kernels.inference.wasm").toString("base64");
writeFileSync("build/kernels.inference.js", `export default "${inference}";\n`);
writeFileSync("build/kernels.inference.d.ts", "declare const base64: string;\nexport default base64;\n");
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
