// What is written down about a run: in its checkpoint, and in its run.json.

import process from "node:process";
import { type EpochReport, type Evaluation, runtimeInfo, type Sequential } from "../lib/index.ts";
import { thisProcess } from "./run_alive.ts";
import type { TrainJob } from "./train_job.ts";

/** The checkpoint's metadata: what it is, and what it was trained on. */
export function checkpointMetadata(
  { model, data, request }: TrainJob,
  best: EpochReport | null,
  test: Evaluation | null,
): Record<string, string> {
  return {
    model,
    dataset: data.name,
    dataset_sha256: data.train.digest,
    seed: String(request.seed),
    ...(best ? { epoch: String(best.epoch), val_accuracy: String(best.validationAccuracy) } : {}),
    ...(test ? { test_accuracy: String(test.accuracy) } : {}),
    simdgrad: runtimeInfo().version,
    kernels: runtimeInfo().variant,
  };
}

export function runRecord({ model, recipe, data, request }: TrainJob, network: Sequential, started: Date): object {
  const { version, variant, threads } = runtimeInfo();
  const { train, validation, test } = data;
  return {
    model,
    command: `mnist ${process.argv.slice(2).join(" ")}`,
    recipe,
    seed: request.seed,
    limit: request.limit ?? null,
    dataset: {
      name: data.name,
      notice: data.notice,
      ...Object.fromEntries(
        Object.entries({ train, validation, test }).map(([role, { name, size, digest }]) => [
          role,
          { name, size, sha256: digest },
        ]),
      ),
    },
    parameters: countParameters(network),
    versions: { simdgrad: version, node: process.versions.node, kernels: variant, threads },
    platform: `${process.platform}-${process.arch}`,
    runner: thisProcess(),
    started: started.toISOString(),
  };
}

export function countParameters(model: Sequential): number {
  return model.parameters().reduce((total, { size }) => total + size, 0);
}
