// The kernels as they are shipped, but with the names of their functions inside, on standard output: for profiles.
//
//   node bench/programs/name_kernels.mjs TARGET

import { writeSync } from "node:fs";
import process from "node:process";
import { KERNEL_FILES, labelKernels } from "../../scripts/describe_kernels.mjs";
import { compileKernels } from "../../scripts/kernel_compiler.mjs";

const [, , variant] = process.argv;
let wasm = new Uint8Array();
const complaint = await compileKernels(variant, KERNEL_FILES, ["--debug"], {
  writeFile(name, content) {
    if (name.endsWith(".wasm")) wasm = content;
  },
});
if (complaint) {
  console.error(complaint);
  process.exit(1);
}
wasm = labelKernels(wasm, variant);
for (let at = 0; at < wasm.length; ) at += writeSync(1, wasm, at);
