// The work of `mnist train`: one network after another on the same data, or the rest of a run that was stopped.

import { availableParallelism } from "node:os";
import process from "node:process";
import { enableRelaxedSimd } from "../../data/index.node.ts";
import { NotFoundError, OptionError, RuntimeError, runtimeInfo, setThreads } from "../../lib/index.ts";
import { Experiment, type ModelName, networkOf, type Preset, type RecipeChoices } from "../../models/index.ts";
import { checkData, checkTimeLeft, type ResumableRun, resumeRun } from "../../store/runs/resume_run.ts";
import type { RunData } from "../../store/runs/run_data.ts";
import type { RunSpec } from "../../store/runs/run_spec.ts";
import { RunWriter } from "../../store/runs/run_writer.ts";
import { type Data, loadData } from "../inputs/load_data.ts";
import { asked, askedAsync } from "../terminal/asked.ts";
import { AskedError, InterruptedError } from "../terminal/exit_codes.ts";
import { formatDuration, printable } from "../terminal/format.ts";
import { Progress } from "../terminal/progress.ts";
import { shellWord } from "../terminal/shell_line.ts";
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
  enableRelaxedSimd();
  const { models, preset, given, seed, limit, patience, datasetName } = request;
  // Who waits for a better epoch wants that one.
  const kept = patience === undefined ? given : { keep: "best" as const, ...given };
  // All of them before the first: a flag that is wrong for the second must not wait for the first to end.
  const recipes = models.map((model) => recipeOf(model, preset, kept, models));
  const command = `mnist ${process.argv.slice(2).map(shellWord).join(" ")}`;
  const progress = new Progress(request.isQuiet);
  try {
    const loaded = new Map<string, Data>();
    for (const [i, model] of models.entries()) {
      const { validation: maxValidation, split } = recipes[i];
      // Most often one data set serves all.
      const key = `${maxValidation} ${split}`;
      const which = { datasetName, seed, validation: given.validation, maxValidation, split, limit };
      const data = loaded.get(key) ?? (await loadData(request.data, { ...which, signal, progress }));
      loaded.set(key, data);
      await useThreads(model, request.threads, progress);
      const spec: RunSpec = {
        // Of a small data set the preset's number may be too many.
        ...{ model, recipe: { ...recipes[i], validation: data.setApart }, patience: patience ?? null, seed },
        ...{ limit: limit ?? null, data: whatWasFound(request.data, data), datasetName: datasetName ?? null, command },
        ...{ started: new Date().toISOString(), resumed: [] },
      };
      try {
        await trainRun({ spec, data, resume: null, options: request, progress, signal });
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
  enableRelaxedSimd();
  const label = `--resume ${request.id}`;
  const run = await askedAsync(
    label,
    () => resumeRun(request.outputs, request.model, request.id),
    remedyFor(request.id),
  );
  const progress = new Progress(request.isQuiet);
  try {
    const { spec } = run;
    const maxSeconds = request.maxSeconds ?? run.maxSeconds ?? undefined;
    asked(label, () => checkTimeLeft(run, maxSeconds), moreTime);
    const { seed, limit, recipe } = spec;
    const { validation, split } = recipe;
    const datasetName = spec.datasetName ?? undefined;
    const which = { datasetName, seed, validation, split, limit: limit ?? undefined };
    const data = await loadData(request.data ?? spec.data, { ...which, signal, progress });
    asked(
      label,
      () => checkData(run, data),
      () => " Say where the run's digits are with --data.",
    );
    await useThreads(spec.model, request.threads, progress);
    const resumed = [...spec.resumed, new Date().toISOString()];
    const options = { ...request, maxSeconds };
    await trainRun({ spec: { ...spec, resumed }, data, resume: run, options, progress, signal });
  } catch (error) {
    run.release();
    if (error !== signal.reason) throw error;
    const command = resumeCommand(run.folder.id, request.outputs);
    throw new InterruptedError(`Interrupted before its next step; the run is as it was. Resume it with: ${command}`);
  } finally {
    progress.clear();
  }
}

/** Where to find the same data again: what "auto" came to. */
function whatWasFound(data: string, { source }: Data): string {
  if (data !== "auto" || source.kind === "other") return data;
  return source.kind === "sample" ? "sample" : "mnist";
}

function remedyFor(id: string): (error: Error) => string {
  return (error) => {
    if (!(error instanceof NotFoundError)) {
      const { checkpoint } = (error as { details?: { checkpoint?: unknown } }).details ?? {};
      return typeof checkpoint === "string"
        ? ` The weights that it kept can still be read: mnist infer --run ${id}.`
        : "";
    }
    const { owner } = error.details;
    return typeof owner === "string" ? ` Say --model ${owner}, or leave --model out.` : "";
  };
}

function moreTime(error: Error): string {
  if (!(error instanceof OptionError)) return "";
  const seconds = Number(error.details.seconds);
  const inMinutes = seconds < 60 ? "" : ` It has trained for ${formatDuration(seconds)}.`;
  return `${inMinutes} As in --max-seconds ${Math.ceil(2 * seconds)}.`;
}

interface TrainJob {
  spec: RunSpec;
  data: RunData;
  /** The run that is resumed; null for a new one. */
  resume: ResumableRun | null;
  options: TrainOptions;
  progress: Progress;
  signal: AbortSignal;
}

/** @throws {InterruptedError} Ctrl-C came; the epoch to keep and the state so far are kept */
async function trainRun({ spec, data, resume, options, progress, signal }: TrainJob): Promise<void> {
  const { maxSeconds, saveEvery, outputs } = options;
  const experiment = new Experiment(spec, data, {
    ...{ maxSeconds, checkpointSeconds: saveEvery, signal },
    resume: resume?.state,
  });
  const onMissingPicture = (name: string, reason: string): void =>
    progress.note(`this run is kept without ${name}: ${printable(reason)}`);
  const writer = openWriter(
    () => new RunWriter(spec, experiment, { data, resume, maxSeconds, outputs, onMissingPicture }),
  );
  const output = new TrainOutput({ spec, data, resume, options, progress, writer, experiment });
  let hasBegun = false;
  try {
    await experiment.run((event) => {
      writer.write(event);
      hasBegun = true;
      output.show(event);
    });
  } catch (error) {
    progress.clear();
    if (!hasBegun) writer.abandon();
    if (error === signal.reason && hasBegun) throw output.interruption();
    throw error;
  } finally {
    writer.close();
  }
}

/** @throws the run's folder cannot be made or written */
function openWriter(open: () => RunWriter): RunWriter {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
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
