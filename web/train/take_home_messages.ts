// What page and the worker that writes files say to each other: one job, one answer.

import type { ExportFormat } from "../../models/export/index.ts";
import type { ModelName } from "../../models/index.ts";

export interface ToTakeHome {
  /** The content of a `.wasm` file. */
  readonly kernels: ArrayBuffer;
  readonly job: TakeHomeJob;
}

/** @property weights the content of a safetensors file */
export type TakeHomeJob =
  | { readonly kind: "open"; readonly weights: Uint8Array; readonly fileName: string }
  | { readonly kind: "write"; readonly model: ModelName; readonly weights: Uint8Array; readonly format: ExportFormat };

export type FromTakeHome =
  | { readonly kind: "opened"; readonly network: OpenedNetwork }
  | { readonly kind: "written"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "failed"; readonly problem: string };

/** What a checkpoint says, and its weights come to. */
export interface OpenedNetwork {
  readonly model: ModelName;
  readonly parameters: number;
  /** Null where it does not say. */
  readonly testAccuracy: number | null;
  readonly trainedOn: string | null;
  readonly weightsSha256: string;
}
