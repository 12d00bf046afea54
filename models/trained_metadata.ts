// What the checkpoint of a training run says of it.

import { checkFields, nonNegative, object, orNull, required, string, upTo1 } from "../lib/base/check.ts";
import { type EpochReport, runtimeInfo } from "../lib/index.ts";
import type { Calibration } from "./calibrate.ts";
import type { CheckpointMetadata } from "./checkpoint_metadata.ts";
import type { ExperimentData, ExperimentSpec } from "./experiment.ts";

export interface TrainedNetwork {
  spec: Pick<ExperimentSpec, "model" | "seed">;
  data: Pick<ExperimentData, "train" | "test">;
  /** What it was trained and measured on: "mnist", "synthetic", or another data set's name. */
  dataset: string;
  /** As in `TrainedOn`: "MNIST", "MNIST's first 10,000". */
  trainedOn: string;
  /** The epoch whose weights these are; null before the first has ended. */
  kept: EpochReport | null;
  /** Null where it was not tested yet. */
  testAccuracy: number | null;
  /** Null before the run has ended, and where too few images validated. */
  calibration: Calibration | null;
}

/**
 * The metadata of a network that was trained here, by the kernels in use.
 *
 * @example encodeCheckpoint(model, writeCheckpointMetadata(trainedMetadata({ … })))
 */
export function trainedMetadata(trained: TrainedNetwork): CheckpointMetadata {
  checkFields("trainedMetadata", "trained", trained, {
    spec: required(object),
    data: required(object),
    dataset: required(string),
    trainedOn: required(string),
    kept: orNull(object),
    testAccuracy: orNull(upTo1),
    calibration: orNull(object),
  });
  const { spec, data, dataset, trainedOn, kept, testAccuracy, calibration } = trained;
  checkFields("trainedMetadata", "spec", spec, { model: required(string), seed: required(nonNegative) });
  checkFields("trainedMetadata", "data", data, { train: required(object), test: required(object) });
  const { version, arithmetic } = runtimeInfo();
  return {
    model: spec.model,
    dataset,
    trainedOn,
    datasetSha256: data.train.digest,
    seed: spec.seed,
    epoch: kept?.epoch ?? null,
    validationAccuracy: kept?.validationAccuracy ?? null,
    testAccuracy,
    testImages: testAccuracy === null ? null : data.test.size,
    temperature: calibration?.temperature ?? null,
    digitLikeness: calibration?.likeness?.toText() ?? null,
    simdgrad: version,
    kernels: arithmetic,
    others: {},
  };
}
