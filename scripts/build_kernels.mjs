// Compiles kernels/*.ts to build/kernels.{simd,relaxed}.wasm, and kernels/sets/inference.ts, a few of them, to
// build/kernels.inference.wasm; and writes what the library and the program import:
//
//   build/woven_kernels.js       the bytes of both variants in one text, so that no bundler needs configuring
//   build/kernels.inference.js   the few as base64, for exported modules
//   build/kernels.js             what callers and kernels agree on (kernels/abi/abi.ts), and the digest of all sources
//   build/kernels.d.ts           its types, and that of every exported kernel
//
// asc knows no globs: the list of files is ours.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import asc from "assemblyscript/asc";
import {
  compileAbi,
  declareKernels,
  KERNEL_FILES,
  kernelsDigest,
  labelKernels,
  readSignatures,
} from "./describe_kernels.mjs";
import InlineShared from "./inline_shared.mjs";
import { markCurrent } from "./stamp.mjs";
import { weave } from "./weave.mjs";

const signatures = readSignatures();
mkdirSync("build", { recursive: true });
const targets = { simd: KERNEL_FILES, relaxed: KERNEL_FILES, inference: ["kernels/sets/inference.ts"] };
for (const [target, files] of Object.entries(targets)) {
  const { error, stderr } = await asc.main([...files, "--config", "asconfig.json", "--target", target], {
    transforms: [new InlineShared()],
  });
  if (error) {
    console.error(stderr.toString());
    process.exit(1);
  }
}
const [simd, relaxed] = ["simd", "relaxed"].map((variant) => {
  const path = `build/kernels.${variant}.wasm`;
  const labelled = labelKernels(readFileSync(path), variant);
  writeFileSync(path, labelled);
  return labelled;
});
const woven = weave(simd, relaxed);
writeFileSync("build/woven_kernels.js", `export default ${JSON.stringify(woven)};\n`);
writeFileSync("build/woven_kernels.d.ts", "declare const woven: string;\nexport default woven;\n");
const inference = readFileSync("build/kernels.inference.wasm").toString("base64");
writeFileSync("build/kernels.inference.js", `export default "${inference}";\n`);
writeFileSync("build/kernels.inference.d.ts", "declare const base64: string;\nexport default base64;\n");
const abi = compileAbi();
writeFileSync("build/kernels.js", `export const KERNELS_DIGEST = "${kernelsDigest()}";\n${abi.code}`);
writeFileSync(
  "build/kernels.d.ts",
  `export declare const KERNELS_DIGEST: string;\n${declareKernels(signatures)}\n${abi.types}`,
);
markCurrent("kernels");
