// EvaluationRecord: how well a trained network reads a data set, and which network and which images that is about.

import { check, checkFields, list, object, required } from "../lib/base/check.ts";
import type { Evaluation } from "../lib/train/evaluate.ts";
import { json } from "./json_rule.ts";

export interface EvaluationRecord {
  model: string;
  /** The file of its weights. */
  checkpoint: string;
  /** Which of the network's versions they are; null: none. */
  version: number | null;
  /** As in `TrainedOn`. */
  trainedOn: string | null;
  /** What was read: "mnist", "synthetic", or another data set's name. */
  dataset: string;
  datasetSha256: string;
  images: number;
  evaluation: Evaluation;
  /** The accuracy where each image is read (2·shifts + 1)² times, moved by up to `shifts` pixels; null where it was not asked for. */
  shifted: { shifts: number; accuracy: number } | null;
}

/** @returns one line of JSON, without its end */
export function writeEvaluation(record: EvaluationRecord): string {
  check("writeEvaluation", "record", record, json);
  checkFields("writeEvaluation", "record", record, { evaluation: required(object) });
  checkFields("writeEvaluation", "record.evaluation", record.evaluation, { perClass: required(list) });
  const { accuracy, loss, perClass, confusion } = record.evaluation;
  return JSON.stringify({
    model: record.model,
    checkpoint: record.checkpoint,
    version: record.version,
    trained_on: record.trainedOn,
    dataset: record.dataset,
    dataset_sha256: record.datasetSha256,
    images: record.images,
    accuracy,
    loss,
    per_class: perClass.map((metrics, digit) => ({ digit, ...metrics })),
    confusion,
    shifted: record.shifted ?? undefined,
  });
}
