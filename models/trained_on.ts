// What a network was trained on, as every record, event and checkpoint says it.

import { datasetTitle } from "../data/dataset_title.ts";

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
  return trainedOn ?? (dataset === null ? null : datasetTitle(dataset));
}

/** Whether it was trained on a part of its data set, "MNIST's first 10,000". */
export function isTrainedOnPart({ dataset, trainedOn }: TrainedOn): boolean {
  return trainedOn !== null && trainedOn !== readTrainedOn(dataset, null);
}
