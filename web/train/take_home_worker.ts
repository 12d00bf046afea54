// Writes networks as files, and reads checkpoints that were given: a worker of its own for each job, so that neither the page
// nor the training waits for it. What files are written with is loaded here alone.

import { CheckpointError, countParameters, decodeCheckpoint, useKernels, weightsDigest } from "../../lib/index.ts";
import { EXPORTERS } from "../../models/export/index.ts";
import { MODEL_NAMES, type ModelName, networkOf, readCheckpointMetadata } from "../../models/index.ts";
import type { FromTakeHome, OpenedNetwork, ToTakeHome } from "./take_home_messages.ts";

addEventListener("message", ({ data }: MessageEvent<ToTakeHome>) => {
  try {
    useKernels(data.kernels);
    if (data.job.kind === "open") tell({ kind: "opened", network: open(data.job.weights, data.job.fileName) });
    else {
      const { model: name, weights, format } = data.job;
      const { network, metadata } = load(name, weights, `${name}.safetensors`);
      tell({ kind: "written", bytes: EXPORTERS[format]({ name, network, metadata }) as Uint8Array<ArrayBuffer> });
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    tell({ kind: "failed", problem: message.replace(/^\w+: /, "") });
  }
});

function load(name: ModelName, weights: Uint8Array, fileName: string) {
  const network = networkOf(name).build();
  const metadata = readCheckpointMetadata(decodeCheckpoint(network, weights, fileName));
  return { network, metadata };
}

/** @throws {CheckpointError} it is none of these networks' */
function open(weights: Uint8Array, fileName: string): OpenedNetwork {
  let first: unknown = null;
  for (const model of MODEL_NAMES) {
    try {
      const { network, metadata } = load(model, weights, fileName);
      const { testAccuracy, trainedOn } = metadata;
      return {
        model,
        testAccuracy,
        trainedOn,
        parameters: countParameters(network),
        weightsSha256: weightsDigest(network),
      };
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      // A file that says whose it is fails for a reason of that network's.
      first = saysModel(weights, model) ? error : (first ?? error);
    }
  }
  throw first;
}

function saysModel(weights: Uint8Array, model: ModelName): boolean {
  return new TextDecoder().decode(weights.subarray(8, 4096)).includes(`"model":"${model}"`);
}

function tell(message: FromTakeHome): void {
  postMessage(message);
}
