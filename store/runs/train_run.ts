// A training run from its first step to its end, or from where it stood: trained, and kept as it goes.

import {
  Experiment,
  type ExperimentEvent,
  type ExperimentSpec,
  type Outcome,
  type Recipe,
} from "../../models/index.ts";
import { checkData, checkTimeLeft, type ResumableRun } from "./resume_run.ts";
import type { RunData } from "./run_data.ts";
import type { RunOptions, RunSpec } from "./run_spec.ts";
import { RunWriter } from "./run_writer.ts";

/** What is asked of a new run. */
export interface RunRequest extends ExperimentSpec {
  /** At most this many images of each set; null: all. */
  limit: number | null;
  /** A data source's name, or a folder. */
  data: string;
  /** What the data set in the folder is called; null where it is MNIST. */
  datasetName: string | null;
  /** What began it, for its record. */
  command: string;
}

/** Which images a run learns from: what a loader of data sets is told. */
export interface DataRequest {
  data: string;
  datasetName: string | undefined;
  seed: number;
  validation: number;
  split: Recipe["split"];
  limit: number | undefined;
}

export interface TrainRunOptions extends RunOptions {
  /** Stops between two steps; what was trained so far is kept. */
  signal?: AbortSignal;
  /** Told what happened once it is kept, and by whom. What it throws ends the run. */
  onEvent?(event: ExperimentEvent, run: RunWriter): void | Promise<void>;
  /** Told once, of the first picture that could not be drawn or written, and why. The run is kept without it. */
  onMissingPicture?(name: string, reason: string): void;
  /** Told once, of the first line in the log of a resumed run that is of no use. The curves are drawn without it. */
  onDamagedLog?(problem: string): void;
}

/**
 * What a new run is fixed to.
 *
 * @param data as it was found: the recipe's number of validation images may be too many of a small set, and resuming must find
 *   the same images again
 */
export function runSpec(request: RunRequest, data: RunData, now: Date = new Date()): RunSpec {
  const { model, recipe, seed, patience, limit, datasetName, command } = request;
  return {
    ...{ model, recipe: { ...recipe, validation: data.setApart }, seed, patience, limit },
    ...{ data: whatWasFound(request.data, data), datasetName, command, started: now.toISOString(), resumed: [] },
  };
}

/** Where to find the same images again: what "auto" came to. */
function whatWasFound(asked: string, { source }: RunData): string {
  if (asked !== "auto" || source.kind === "other") return asked;
  return source.kind === "sample" ? "sample" : "mnist";
}

/**
 * Trains a run and keeps it in its own folder.
 *
 * @returns what came of it
 * @throws {RuntimeError} the folder cannot be made or written
 * @throws the signal's reason, or what went wrong; the run's record says so, and what was trained is kept
 */
export async function trainRun(spec: RunSpec, data: RunData, options: TrainRunOptions): Promise<Outcome> {
  return train(spec, data, null, options);
}

/**
 * Trains the rest of a run that was claimed, to the end that it would have had.
 *
 * @param load reads the images that it began with
 * @param options.maxSeconds undefined: what the run was told last
 * @returns what came of it
 * @throws {OptionError} its time is used up; `details.seconds` is how long it has trained
 * @throws {CheckpointError} `load` gave other images
 * @throws the signal's reason, or what went wrong; before the first step the run is given back as it was
 */
export async function continueRun(
  run: ResumableRun,
  load: (which: DataRequest) => Promise<RunData>,
  options: TrainRunOptions,
): Promise<Outcome> {
  try {
    const maxSeconds = options.maxSeconds ?? run.maxSeconds ?? undefined;
    checkTimeLeft(run, maxSeconds);
    const { spec } = run;
    const { data: source, datasetName, seed, limit, recipe } = spec;
    const { validation, split } = recipe;
    const data = await load({
      data: source,
      datasetName: datasetName ?? undefined,
      seed,
      validation,
      split,
      limit: limit ?? undefined,
    });
    checkData(run, data);
    const resumed = [...spec.resumed, new Date().toISOString()];
    return await train({ ...spec, resumed }, data, run, { ...options, maxSeconds });
  } catch (error) {
    run.release();
    throw error;
  }
}

async function train(
  spec: RunSpec,
  data: RunData,
  resume: ResumableRun | null,
  {
    maxSeconds,
    saveEvery,
    outputs,
    signal,
    onEvent,
    onMissingPicture = () => {},
    onDamagedLog = () => {},
  }: TrainRunOptions,
): Promise<Outcome> {
  const experiment = new Experiment(spec, data, {
    ...{ maxSeconds, checkpointSeconds: saveEvery, signal },
    resume: resume?.state,
  });
  const writer = new RunWriter(spec, experiment, { data, resume, maxSeconds, outputs, onMissingPicture, onDamagedLog });
  let hasBegun = false;
  try {
    return await experiment.run((event) => {
      writer.write(event);
      hasBegun = true;
      return onEvent?.(event, writer);
    });
  } catch (error) {
    if (!hasBegun) writer.abandon();
    throw error;
  } finally {
    writer.close();
  }
}
