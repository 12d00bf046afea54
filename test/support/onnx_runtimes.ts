// onnxruntime, native and as WebAssembly: installed with the peers of the benchmarks, in a separate folder.

import { createRequire } from "node:module";

export interface OnnxRuntime {
  name: string;
  load(file: Uint8Array): Promise<OnnxRun>;
  open(file: Uint8Array): Promise<{ inputNames: readonly string[]; outputNames: readonly string[]; run: OnnxRun }>;
}

/** All of the first output's elements for one batch. @param shape of the input, with the batch */
type OnnxRun = (images: Float32Array, shape: readonly number[]) => Promise<Float32Array>;

interface Session {
  inputNames: string[];
  outputNames: string[];
  run(feeds: Record<string, unknown>): Promise<Record<string, { data: Float32Array }>>;
}

interface Ort {
  env: { wasm: { numThreads?: number } };
  Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => unknown;
  InferenceSession: { create(file: Uint8Array, options: object): Promise<Session> };
}

const requirePeer = createRequire(new URL("../../bench/peers/package.json", import.meta.url));

/** @throws they are not installed; nothing is skipped */
export function onnxRuntimes(): OnnxRuntime[] {
  return [runtime("onnxruntime-node", "cpu"), runtime("onnxruntime-web", "wasm")];
}

function runtime(name: string, provider: string): OnnxRuntime {
  const ort = requireOrt(name);
  if (provider === "wasm") ort.env.wasm.numThreads = 1;
  const open: OnnxRuntime["open"] = async (file) => {
    const session = await ort.InferenceSession.create(file, { executionProviders: [provider], intraOpNumThreads: 1 });
    const { inputNames, outputNames } = session;
    const run: OnnxRun = async (images, shape) => {
      const results = await session.run({ [inputNames[0]]: new ort.Tensor("float32", images, shape) });
      return results[outputNames[0]].data;
    };
    return { inputNames, outputNames, run };
  };
  return { name, open, load: async (file) => (await open(file)).run };
}

function requireOrt(name: string): Ort {
  try {
    return requirePeer(name) as Ort;
  } catch (error) {
    throw new Error(`${name} is not there: run npm ci --prefix bench/peers --ignore-scripts. ${error}`);
  }
}
