// Compiles kernels/*.ts to build/kernels.{simd,relaxed,wide}.wasm; of kernels/sets/, a few of them each, reading.ts to
// build/reading.{simd,relaxed}.wasm and inference.ts to build/kernels.inference.wasm; and writes what the library and the
// program import:
//
//   build/woven_kernels.js       the bytes of both variants in one text, so that no bundler needs configuring
//   build/wide_kernels.js        the bytes of the third, compressed, as base64: for Node alone
//   build/kernels.inference.js   the few as base64, for exported modules
//   build/kernels.js             what callers and kernels agree on (kernels/abi/abi.ts), and the digest of all sources
//   build/kernels.d.ts           its types, and that of every exported kernel
//
// asc knows no globs: the list of files is ours.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { gzipSync } from "node:zlib";
import {
  compileAbi,
  declareKernels,
  KERNEL_FILES,
  kernelsDigest,
  labelKernels,
  readSignatures,
} from "./describe_kernels.mjs";
import { compileKernels } from "./kernel_compiler.mjs";
import { markCurrent } from "./stamp.mjs";
import { weave } from "./weave.mjs";

const signatures = readSignatures();
mkdirSync("build", { recursive: true });
const READING = ["kernels/sets/reading.ts"];
await compile("simd", KERNEL_FILES);
await compile("relaxed", KERNEL_FILES);
await compile("wide", KERNEL_FILES);
await compile("simd", READING, "build/reading.simd.wasm");
await compile("relaxed", READING, "build/reading.relaxed.wasm");
await compile("inference", ["kernels/sets/inference.ts"]);
const [simd, relaxed] = ["simd", "relaxed"].map((variant) => label(`build/kernels.${variant}.wasm`, variant));
const wide = label("build/kernels.wide.wasm", "wide");
for (const variant of ["simd", "relaxed"]) label(`build/reading.${variant}.wasm`, variant);
const woven = weave(simd, relaxed);
writeFileSync("build/woven_kernels.js", `export default ${JSON.stringify(woven)};\n`);
writeFileSync("build/woven_kernels.d.ts", "declare const woven: string;\nexport default woven;\n");
writeFileSync("build/wide_kernels.js", `export default "${gzipSync(wide, { level: 9 }).toString("base64")}";\n`);
writeFileSync("build/wide_kernels.d.ts", "declare const gzipped: string;\nexport default gzipped;\n");
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

/** @param outFile default: the target's own */
async function compile(target, files, outFile = null) {
  const complaint = await compileKernels(target, files, outFile === null ? [] : ["--outFile", outFile]);
  if (!complaint) return;
  console.error(complaint);
  process.exit(1);
}

/** @returns the file's new content */
function label(path, variant) {
  const labelled = labelKernels(readFileSync(path), variant);
  writeFileSync(path, labelled);
  return labelled;
}
