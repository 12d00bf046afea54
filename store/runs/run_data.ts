// RunData: the three sets of images of a run.

import type { Dataset } from "../../lib/index.ts";
import type { DatasetRecord } from "./run_record.ts";

/** What a run learns from, and what must be said of it. */
export interface RunData {
  /** "mnist", "synthetic": what results say they are about. */
  name: string;
  notice: string | null;
  train: Dataset;
  validation: Dataset;
  test: Dataset;
}

/** What a record tells of a set. */
export function datasetRecord({ name, size, digest }: Dataset): DatasetRecord {
  return { name, size, sha256: digest };
}
