// What a network can be written as: a line for each format, which loads the rest when it is asked for.

import type { LoadedModel } from "../checkpoints/checkpoints.ts";

type Exporter = (model: LoadedModel) => Uint8Array;

/** By name, which is also the ending of the files. */
export const EXPORT_FORMATS: Readonly<Record<string, () => Promise<Exporter>>> = {
  onnx: async () => (await import("./export_onnx.ts")).exportOnnx,
  html: async () => (await import("./export_html.ts")).exportHtml,
  mjs: async () => (await import("./export_mjs.ts")).exportMjs,
  safetensors: async () => (await import("./export_safetensors.ts")).exportSafetensors,
};
