// RunData: the three sets of images of a run.

import type { MnistSource } from "../../data/index.node.ts";
import type { Dataset } from "../../lib/index.ts";
import type { DatasetRecord } from "./run_record.ts";

/** What a run learns from, and what must be said of it. */
export interface RunData {
  /** What it is, for results to say. */
  source: Pick<MnistSource, "kind" | "dataset" | "title">;
  notice: string | null;
  train: Dataset;
  validation: Dataset;
  /** How many images were set apart for validation, whatever a limit left of them. */
  setApart: number;
  test: Dataset;
}

/** What a record tells of a set. */
export function datasetRecord({ name, size, digest }: Dataset): DatasetRecord {
  return { name, size, sha256: digest };
}
