// A measurement: one row, or several, of docs/serving.md.

export interface MeasurementOptions {
  /** Of each server and kind of request, over all rounds. */
  readonly seconds: number;
  readonly rounds: number;
  readonly connections: number;
  /** Path of the Node that runs a function of Lambda. */
  readonly node: string;
}

export interface Result {
  /** The first row names the columns. */
  readonly rows: string[][];
  /** Below the table. */
  readonly notes: string[];
  /** The same for programs. */
  readonly figures: unknown;
  /** What must not be: an accepted request without an answer, a status that overload does not explain. Empty: all is well. */
  readonly faults: string[];
}

export interface Measurement {
  readonly name: string;
  readonly title: string;
  run(options: MeasurementOptions): Promise<Result>;
}
