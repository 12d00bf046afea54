// simdgrad's side of `npm run bench:peers`, as users have it: from dist/.
//
//   node bench/peers/simdgrad.mjs FOLDER VARIANT THREADS

import { readFileSync } from "node:fs";
import process from "node:process";
import * as simdgrad from "../../dist/index.js";
import { enableRelaxedSimd, enableWideSimd } from "../../dist/node.js";
import { readTask, serve } from "./serve.mjs";
import { trainee } from "./trainee.mjs";

const { runtimeInfo, setThreads, useKernels, VERSION } = simdgrad;

const [folder, variant, threads] = process.argv.slice(2);
/** Said in place of the introduction. */
function refuse(error) {
  console.log(JSON.stringify({ error }));
  process.exit();
}

if (variant === "simd") {
  useKernels(new WebAssembly.Module(readFileSync(new URL("../../dist/kernels.simd.wasm", import.meta.url))));
} else {
  enableRelaxedSimd();
  const notWideBecause = variant === "wide" ? await enableWideSimd() : null;
  if (notWideBecause !== null) refuse(notWideBecause);
  if (runtimeInfo().variant !== variant) refuse("this Node has no relaxed SIMD");
}
if ((await setThreads(Number(threads))) !== Number(threads)) refuse(runtimeInfo().singleThreadBecause);

const { network, state, x } = readTask(folder);
const of = (batch, hasDropout) => trainee(simdgrad, network, x, batch, state, hasDropout);

await serve(
  { version: VERSION, build: `WebAssembly, ${runtimeInfo().arithmetic}` },
  {
    train: (batch) => ({ check: of(batch, false).losses, run: of(batch, true).step }),
    infer(batch) {
      const { logits } = of(batch, false);
      return { check: logits, run: logits };
    },
  },
);
