// onnxruntime's side of `npm run bench:peers`: native code in onnxruntime-node, WebAssembly in onnxruntime-web.
//
//   node bench/peers/onnxruntime.mjs FOLDER PACKAGE

import { readFileSync } from "node:fs";
import process from "node:process";
import { readTask, serve } from "./serve.mjs";

const [folder, name] = process.argv.slice(2);
const ort = await import(name);
const isWeb = name === "onnxruntime-web";
if (isWeb) ort.env.wasm.numThreads = 1;
const session = await ort.InferenceSession.create(readFileSync(`${folder}/cnn.onnx`), {
  executionProviders: [isWeb ? "wasm" : "cpu"],
  graphOptimizationLevel: "all",
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
});
const { images } = readTask(folder);
const version = Object.values(ort.env.versions)[0];

await serve(version, {
  train() {
    throw new Error("its training API was removed");
  },
  infer(batch) {
    // One channel, so [N, H, W, C] and [N, C, H, W] hold the same numbers in the same order.
    const feeds = { images: new ort.Tensor("float32", images(batch), [batch, 1, 28, 28]) };
    const logits = async () => (await session.run(feeds))[session.outputNames[0]].data;
    return { check: logits, run: logits };
  },
});
