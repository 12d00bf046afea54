// What the server and its models say of themselves.

import { VERSION } from "../../lib/index.ts";
import { CLASSES } from "../inference/served_model.ts";
import type { ServedModels } from "../inference/served_models.ts";
import {
  INPUT_NAME,
  type ModelMetadata,
  OUTPUT_NAMES,
  type RepositoryIndex,
  type ServerMetadata,
} from "../schemas/inference_protocol.ts";
import { INPUT_SHAPE } from "./read_infer_request.ts";

/** @param hasStatistics somebody counts */
export function serverMetadata(hasStatistics: boolean): ServerMetadata {
  const extensions = ["binary_tensor_data", "model_repository", "schedule_policy"];
  return { name: "simdgrad", version: VERSION, extensions: hasStatistics ? [...extensions, "statistics"] : extensions };
}

export function modelMetadata(name: string, versions: string[]): ModelMetadata {
  return {
    name,
    versions,
    platform: "simdgrad_safetensors",
    inputs: [{ name: INPUT_NAME, datatype: "FP32", shape: [...INPUT_SHAPE] }],
    outputs: OUTPUT_NAMES.map((output) => ({ name: output, datatype: "FP32", shape: [-1, CLASSES] })),
  };
}

/** Every version that a request can name. One that no request named yet is loaded when one does. */
export function repositoryIndex(models: ServedModels): RepositoryIndex {
  return models.names.flatMap((name) =>
    models.versionsOf(name).map((version) => {
      const isReady = !models.hasFailed(name, version);
      const reason = isReady ? "" : "its checkpoint cannot be loaded; the server's log says why";
      return { name, version, state: isReady ? "READY" : "UNAVAILABLE", reason };
    }),
  );
}
