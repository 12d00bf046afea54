// What a network was trained on, as every record, event and checkpoint says it.

import { datasetTitle } from "../data/dataset_title.ts";
import { check, checkFields, orNull, string } from "../lib/base/check.ts";

export interface TrainedOn {
  /** "mnist", "synthetic", another data set's name; null where it was not recorded. */
  dataset: string | null;
  /**
   * What was trained on, for people: the data set's title, or what part of it: "MNIST", "MNIST's first 10,000". Null where it
   * was not recorded. Checkpoints, and other files of earlier versions, say it of a part alone: where they are silent, it was
   * the whole data set.
   */
  trainedOn: string | null;
}

/** @param trainedOn as a file has it; null where it is silent */
export function readTrainedOn(dataset: string | null, trainedOn: string | null): string | null {
  check("readTrainedOn", "dataset", dataset, orNull(string));
  check("readTrainedOn", "trainedOn", trainedOn, orNull(string));
  return trainedOn ?? (dataset === null ? null : datasetTitle(dataset));
}

/** Whether it was trained on a part of its data set, "MNIST's first 10,000". */
export function isTrainedOnPart(on: TrainedOn): boolean {
  checkFields("isTrainedOnPart", "on", on, { dataset: orNull(string), trainedOn: orNull(string) });
  const { dataset, trainedOn } = on;
  return trainedOn !== null && trainedOn !== readTrainedOn(dataset, null);
}
