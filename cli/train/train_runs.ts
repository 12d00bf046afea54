// The work of `mnist train`: one network after another on the same data, or the rest of a run that was stopped.

import { availableParallelism } from "node:os";
import { basename, dirname } from "node:path";
import process from "node:process";
import { RuntimeError, runtimeInfo, type SimdgradError, setThreads } from "../../lib/index.ts";
import {
  type ExperimentEvent,
  type ModelName,
  networkOf,
  type Preset,
  type RecipeChoices,
} from "../../models/index.ts";
import { resumeRun } from "../../store/runs/resume_run.ts";
import type { RunWriter } from "../../store/runs/run_writer.ts";
import { continueRun, type DataRequest, runSpec, type TrainRunOptions, trainRun } from "../../store/runs/train_run.ts";
import { useFastKernels } from "../inputs/fast_kernels.ts";
import { type Data, loadData } from "../inputs/load_data.ts";
import { askedAsync } from "../terminal/asked.ts";
import { AskedError, InterruptedError } from "../terminal/exit_codes.ts";
import { formatDuration } from "../terminal/format.ts";
import { Progress } from "../terminal/progress.ts";
import { flagWords, mnistLine, outputsWords, shellLine } from "../terminal/shell_line.ts";
import { recipeOf } from "./recipe_flags.ts";
import { resumeCommand } from "./resume_command.ts";
import type { TrainOptions } from "./train_options.ts";
import { TrainOutput } from "./train_output.ts";

export interface TrainRequest extends TrainOptions {
  models: readonly ModelName[];
  preset: Preset;
  /** What flags say about how to train. */
  given: RecipeChoices;
  patience: number | undefined;
  seed: number;
  limit: number | undefined;
  data: string;
  /** What the data set in the folder is called, where it is not MNIST. */
  datasetName?: string;
}

export interface ResumeRequest extends TrainOptions {
  /** A run's id, or "latest". */
  id: string;
  /** Of this network; undefined: of any. */
  model: ModelName | undefined;
  /** Where the digits are now; undefined: where they were. */
  data: string | undefined;
}

export async function trainModels(request: TrainRequest, signal: AbortSignal): Promise<void> {
  await useFastKernels(request.isWide);
  const { models, preset, given, seed, limit, patience, datasetName } = request;
  // Who waits for a better epoch wants that one.
  const kept = patience === undefined ? given : { keep: "best" as const, ...given };
  // All of them before the first: a flag that is wrong for the second must not wait for the first to end.
  const recipes = models.map((model) => recipeOf(model, preset, kept, models));
  const command = shellLine(["mnist", ...process.argv.slice(2)]);
  const progress = new Progress(request.isQuiet);
  try {
    const loaded = new Map<string, Data>();
    for (const [i, model] of models.entries()) {
      const recipe = recipes[i];
      const { validation: maxValidation, split } = recipe;
      // Most often one data set serves all.
      const key = `${maxValidation} ${split}`;
      const which = { datasetName, seed, validation: given.validation, maxValidation, split, limit };
      const data = loaded.get(key) ?? (await loadData(request.data, { ...which, signal, progress }));
      loaded.set(key, data);
      await useThreads(model, request.threads, progress);
      const asked = { model, recipe, seed, patience: patience ?? null, limit: limit ?? null, data: request.data };
      const spec = runSpec({ ...asked, datasetName: datasetName ?? null, command }, data);
      try {
        await shown(request, progress, signal, (options) => trainRun(spec, data, options));
      } catch (error) {
        for (const left of models.slice(i + 1)) progress.note(`the ${left} network was not begun; train it by itself`);
        throw error;
      }
    }
  } finally {
    progress.clear();
  }
}

export async function trainOn(request: ResumeRequest, signal: AbortSignal): Promise<void> {
  await useFastKernels(request.isWide);
  const { outputs, model, id } = request;
  const label = `--resume ${id}`;
  const run = await askedAsync(label, () => resumeRun(outputs, model, id), remedyFor(outputs));
  const progress = new Progress(request.isQuiet);
  const load = async ({ data, ...which }: DataRequest): Promise<Data> => {
    const loaded = await loadData(request.data ?? data, { ...which, signal, progress });
    await useThreads(run.spec.model, request.threads, progress);
    return loaded;
  };
  try {
    await shown(request, progress, signal, (options) =>
      askedAsync(label, () => continueRun(run, load, options), resumeRemedy),
    );
  } catch (error) {
    if (error !== signal.reason) throw error;
    const command = resumeCommand(run.folder.id, outputs);
    throw new InterruptedError(`Interrupted before its next step; the run is as it was. Resume it with: ${command}`);
  } finally {
    progress.clear();
  }
}

/** The run that could not be resumed may be another network's, or have kept weights all the same. */
function remedyFor(outputs: string): (error: SimdgradError) => string {
  return ({ details }) => {
    if (typeof details.owner === "string") return ` Say --model ${details.owner}, or leave --model out.`;
    if (typeof details.checkpoint !== "string") return "";
    const id = basename(dirname(details.checkpoint));
    const line = mnistLine(["infer", "digit.png", ...flagWords("run", id), ...outputsWords("runs", outputs)]);
    return ` The weights that it kept can still be used: ${line}`;
  };
}

function resumeRemedy({ details }: SimdgradError): string {
  if (details.role !== undefined) return " Say where the run's images are with --data.";
  if (typeof details.seconds !== "number" || details.maxSeconds === undefined) return "";
  const inMinutes = details.seconds < 60 ? "" : ` It has trained for ${formatDuration(details.seconds)}.`;
  return `${inMinutes} As in --max-seconds ${Math.ceil(2 * details.seconds)}.`;
}

/**
 * Trains, and shows how it goes.
 *
 * @throws {InterruptedError} Ctrl-C came; the epoch to keep and the state so far are kept
 */
async function shown(
  options: TrainOptions,
  progress: Progress,
  signal: AbortSignal,
  work: (options: TrainRunOptions) => Promise<unknown>,
): Promise<void> {
  let output: TrainOutput | null = null;
  const onEvent = (event: ExperimentEvent, run: RunWriter): void => {
    output ??= new TrainOutput(run, options, progress);
    output.show(event);
  };
  const onMissingPicture = (name: string, reason: string): void =>
    progress.note(`this run is kept without ${name}: ${reason}`);
  const onDamagedLog = (problem: string): void =>
    progress.note(`metrics.jsonl is damaged, and the curves are drawn without its bad lines: ${problem}`);
  try {
    await work({ ...options, signal, onEvent, onMissingPicture, onDamagedLog });
  } catch (error) {
    progress.clear();
    const begun = output as TrainOutput | null;
    if (error === signal.reason && begun) throw begun.interruption();
    if (!(error instanceof RuntimeError) || error.details.parent === undefined) throw error;
    throw new AskedError(`${error.problem} Choose another folder with --out.`, error);
  }
}

/** Starts as many threads as were asked for; where these are more than can run, says so. */
async function useThreads(model: ModelName, threads: number | "auto", progress: Progress): Promise<void> {
  const wanted = networkOf(model).isWorthThreads ? threads : 1;
  const note = noteOnThreads(wanted, availableParallelism());
  if (note !== null) progress.note(note);
  await setThreads(wanted);
  const { threads: taking, singleThreadBecause } = runtimeInfo();
  const isAlone = taking === 1 && (wanted === "auto" ? availableParallelism() : wanted) > 1;
  if (isAlone) progress.note(`one thread: ${singleThreadBecause}`);
}

/** @returns null where there is nothing to say */
export function noteOnThreads(threads: number | "auto", processors: number): string | null {
  if (threads === "auto" || threads <= processors) return null;
  return `${threads} threads on ${processors} ${processors === 1 ? "processor" : "processors"}; more than that only wait for each other`;
}
