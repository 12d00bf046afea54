import type { RunOptions } from "../../store/runs/run_spec.ts";

/** What may change from one part of a run to the next, and how it is shown. */
export interface TrainOptions extends RunOptions {
  threads: number | "auto";
  /** Whether wide kernels may be used. */
  isWide: boolean;
  isJson: boolean;
  isQuiet: boolean;
}
