// What is written down about a run: in its checkpoint, and in its run.json.

import process from "node:process";
import { countParameters, type EpochReport, type Evaluation, runtimeInfo, type Sequential } from "../../lib/index.ts";
import { thisProcess } from "../files/run_alive.ts";
import type { TrainJob } from "./train_job.ts";

/** The checkpoint's metadata: what it is, and what it was trained on. */
export function checkpointMetadata(
  { plan, data }: TrainJob,
  kept: EpochReport | null,
  test: Evaluation | null,
): Record<string, string> {
  return {
    model: plan.model,
    dataset: data.name,
    dataset_sha256: data.train.digest,
    seed: String(plan.seed),
    ...(kept ? { epoch: String(kept.epoch), val_accuracy: String(kept.validationAccuracy) } : {}),
    ...(test ? { test_accuracy: String(test.accuracy), test_images: String(data.test.size) } : {}),
    simdgrad: runtimeInfo().version,
    kernels: runtimeInfo().arithmetic,
  };
}

export function runRecord({ plan, data, circumstances }: TrainJob, network: Sequential): object {
  const { version, variant, arithmetic, threads } = runtimeInfo();
  const { train, validation, test } = data;
  return {
    model: plan.model,
    command: plan.command,
    recipe: plan.recipe,
    patience: plan.patience,
    max_seconds: circumstances.maxSeconds ?? null,
    seed: plan.seed,
    limit: plan.limit,
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
    versions: { simdgrad: version, node: process.versions.node, kernels: variant, arithmetic, threads },
    platform: `${process.platform}-${process.arch}`,
    runner: thisProcess(),
    started: plan.started,
    resumed: plan.resumed,
  };
}
