// The kernels as they are shipped, but with the names of their functions inside, on standard output: for profiles.
//
//   node bench/programs/name_kernels.mjs TARGET

import { writeSync } from "node:fs";
import process from "node:process";
import asc from "assemblyscript/asc";
import { KERNEL_FILES, labelKernels } from "../../scripts/describe_kernels.mjs";
import InlineShared from "../../scripts/inline_shared.mjs";

const [, , variant] = process.argv;
let wasm = new Uint8Array();
const { error, stderr } = await asc.main(
  [...KERNEL_FILES, "--config", "asconfig.json", "--target", variant, "--debug"],
  {
    transforms: [new InlineShared()],
    writeFile(name, content) {
      if (name.endsWith(".wasm")) wasm = content;
    },
  },
);
if (error) {
  console.error(stderr.toString());
  process.exit(1);
}
wasm = labelKernels(wasm, variant);
for (let at = 0; at < wasm.length; ) at += writeSync(1, wasm, at);
