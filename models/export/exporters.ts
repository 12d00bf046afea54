// What a network can be written as: a line for each format.

import { exportHtml } from "./export_html.ts";
import { exportMjs } from "./export_mjs.ts";
import { exportOnnx } from "./export_onnx.ts";
import { exportSafetensors } from "./export_safetensors.ts";
import type { ExportableModel } from "./exportable_model.ts";

/** Also the ending of the files. */
export type ExportFormat = "onnx" | "html" | "mjs" | "safetensors";

/**
 * By format.
 *
 * @example const bytes = EXPORTERS.onnx({ name: "cnn", network, metadata });
 */
export const EXPORTERS: Readonly<Record<ExportFormat, (model: ExportableModel) => Uint8Array>> = {
  onnx: exportOnnx,
  html: exportHtml,
  mjs: exportMjs,
  safetensors: exportSafetensors,
};
