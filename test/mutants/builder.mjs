// Compiles the kernels of the folder it runs in as often as its parent says so: a compiler that is warm takes a third of
// the time. What a message names is compiled, "relaxed", "simd" or "wide"; the other variants stay. Labels and digest stay too,
// since the library takes no kernels but those of its version.
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { compileAbi, KERNEL_FILES } from "../../scripts/describe_kernels.mjs";
import { compileKernels } from "../../scripts/kernel_compiler.mjs";
import { weave } from "../../scripts/weave.mjs";

const read = (variant) => readFileSync(`build/kernels.${variant}.wasm`);
const labels = Object.fromEntries(["simd", "relaxed", "wide"].map((variant) => [variant, labelOf(read(variant))]));
const [digest] = readFileSync("build/kernels.js", "utf8").split("\n");

process.on("message", async (target) => {
  const complaint = await compileKernels(target, KERNEL_FILES);
  if (!complaint) {
    writeFileSync(`build/kernels.${target}.wasm`, Buffer.concat([read(target), labels[target]]));
    writeFileSync(
      "build/woven_kernels.js",
      `export default ${JSON.stringify(weave(read("simd"), read("relaxed")))};\n`,
    );
    writeFileSync("build/kernels.js", `${digest}\n${compileAbi().code}`);
  }
  process.send(complaint);
});

/** The custom section at the end, as labelKernels() of scripts/describe_kernels.mjs appends it. */
function labelOf(wasm) {
  return wasm.subarray(wasm.lastIndexOf("simdgrad") - 3);
}
