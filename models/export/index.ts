// A trained network as a file for others: `import { exportHtml } from "simdgrad/export"`.
//
// A separate entry, since the code of exported files comes with it as text.

export { exportHtml } from "./export_html.ts";
export { exportMjs } from "./export_mjs.ts";
export { exportOnnx } from "./export_onnx.ts";
export { exportSafetensors } from "./export_safetensors.ts";
export type { ExportableModel } from "./exportable_model.ts";
export { EXPORTERS, type ExportFormat } from "./exporters.ts";
