// onnxruntime's side of `npm run bench:peers`: native code in onnxruntime-node, WebAssembly in onnxruntime-web.
//
//   node bench/peers/onnxruntime.mjs FOLDER THREADS PACKAGE

import { readFileSync } from "node:fs";
import process from "node:process";
import { firstImages, readTask, serve } from "./serve.mjs";

const [folder, threads, name] = process.argv.slice(2);
const ort = await import(name);
const isWeb = name === "onnxruntime-web";
if (isWeb) ort.env.wasm.numThreads = Number(threads);
const session = await ort.InferenceSession.create(readFileSync(`${folder}/model.onnx`), {
  executionProviders: [isWeb ? "wasm" : "cpu"],
  graphOptimizationLevel: "all",
  intraOpNumThreads: Number(threads),
  interOpNumThreads: 1,
});
const { x } = readTask(folder);
const version = Object.values(ort.env.versions)[0];

await serve(
  { version, build: isWeb ? "WebAssembly with SIMD" : "native, its own GEMM (MLAS)" },
  {
    train() {
      throw new Error("its training API was removed");
    },
    infer(batch) {
      const { shape, data } = firstImages(x, batch);
      const feeds = { images: new ort.Tensor("float32", data, shape) };
      const logits = async () => (await session.run(feeds))[session.outputNames[0]].data;
      return { check: logits, run: logits };
    },
  },
);
