// Training at batch 64, for 1 … n threads: the bare step on one batch, and the Trainer, which also shuffles, loads and
// counts. The gradients are compared with the loss's directional derivative in f64, and must be the same bits for any number of threads.

import { type Array64, map64 } from "../lib/selftest/array64.ts";
import { uniform } from "./benchmark.ts";
import { medianOf, problemOf, spreadOf, type TrainingFigure } from "./figure.ts";
import { loss64, type ModelName, type State64, toState64 } from "./network64.ts";
import { newModel, type Simdgrad, trainingStep } from "./training_step.ts";

const MODELS: ModelName[] = ["linear", "cnn"];
const BATCH = 64;
/** The derivative is taken over a distance of 2·STEP, in which few ReLUs change sides. */
const STEP = 1e-5;
const TOLERANCE = 1e-4;
const SAMPLE_MS = 250;
const BY_TRAINER = " by Trainer";

interface Entry {
  name: string;
  threads: number;
  error: number;
  /** Takes about SAMPLE_MS. @returns milliseconds a step */
  sample(): number | Promise<number>;
  samples: number[];
}

/** @param accepts which names are wanted */
export async function measureTraining(
  load: () => Promise<Simdgrad>,
  accepts: (name: string) => boolean,
  rounds: number,
  maxThreads: number,
): Promise<TrainingFigure[]> {
  const wanted = MODELS.flatMap((model) =>
    Array.from({ length: maxThreads }, (_, i) => namesOf(model, i + 1)).flatMap(({ bare, trainer }) => [bare, trainer]),
  ).some(accepts);
  if (!wanted) return [];
  const simdgrad = await load();
  const { setThreads } = simdgrad.library;
  const entries: Entry[] = [];
  for (const model of MODELS) {
    const alone = new Map<string, Array64>();
    for (let threads = 1; threads <= maxThreads; threads++) {
      const names = namesOf(model, threads);
      if (!accepts(names.bare) && !accepts(names.trainer)) continue;
      await setThreads(threads);
      const error = gradientError(simdgrad, model, alone);
      if (accepts(names.bare)) entries.push(bareStep(simdgrad, model, threads, names.bare, error));
      if (accepts(names.trainer)) entries.push(await byTrainer(simdgrad, model, threads, names.trainer, error));
    }
  }
  const right = entries.filter(({ error }) => error <= TOLERANCE);
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const entry of right) {
      await setThreads(entry.threads);
      const ms = await entry.sample();
      if (round > 0) entry.samples.push(ms);
    }
  }
  await setThreads(1);
  return summarize(entries);
}

function namesOf(model: ModelName, threads: number): { bare: string; trainer: string } {
  const suffix = threads === 1 ? "1 thread" : `${threads} threads`;
  return { bare: `training: ${model}, ${suffix}`, trainer: `training: ${model}${BY_TRAINER}, ${suffix}` };
}

/**
 * The gradient g of the loss against its directional derivative along g, element by element weighted at random so that no error
 * hides; and that of the first call, which runs on one thread, bit by bit.
 */
function gradientError(simdgrad: Simdgrad, model: ModelName, alone: Map<string, Array64>): number {
  const { backward, stateDict, scope } = simdgrad.library;
  const step = trainingStep(simdgrad, model, BATCH, 0);
  const state = stateDict(step.model);
  scope(() => backward(step.loss()));
  // As a state, the gradients stand in PyTorch's layout too. Biases that BatchNorm cancels may have none.
  for (const { data, grad } of step.model.parameters()) data.set(grad?.data ?? new Float32Array(data.length));
  const gradient = toState64(stateDict(step.model));
  const names = step.model.namedParameters().map(([name]) => name);
  const first = names.every((name) => alone.has(name));
  if (first) {
    const differs = names.some((name) => gradient[name].data.some((value, i) => value !== alone.get(name)?.at(i)));
    return differs ? Number.POSITIVE_INFINITY : 0;
  }
  for (const name of names) alone.set(name, gradient[name]);
  return slopeError(model, toState64(state), gradient, names, step);
}

function slopeError(
  model: ModelName,
  state: State64,
  gradient: State64,
  names: readonly string[],
  { x, y }: { x: { data: ArrayLike<number> }; y: { data: ArrayLike<number> } },
): number {
  const direction = new Map(
    names.map((name, i) => {
      const weights = uniform(gradient[name].data.length, i + 1);
      return [name, gradient[name].data.map((g, at) => g * (1 + weights[at] / 2))];
    }),
  );
  let squares = 0;
  let predicted = 0;
  for (const [name, d] of direction) {
    d.forEach((value, at) => {
      squares += value * value;
      predicted += value * gradient[name].data[at];
    });
  }
  const length = Math.sqrt(squares);
  const lossAt = (distance: number): number => {
    const moved = { ...state };
    for (const [name, d] of direction)
      moved[name] = map64(state[name], (value, at) => value + (distance * d[at]) / length);
    return loss64(model, moved, x.data, y.data);
  };
  const derivative = (lossAt(STEP) - lossAt(-STEP)) / (2 * STEP);
  return Math.abs((derivative * length) / predicted - 1);
}

function bareStep(simdgrad: Simdgrad, model: ModelName, threads: number, name: string, error: number): Entry {
  const { scope } = simdgrad.library;
  const { run } = trainingStep(simdgrad, model, BATCH);
  return {
    name,
    threads,
    error,
    samples: [],
    sample() {
      scope(run); // wakes the threads, and brings the weights into the caches
      const start = performance.now();
      let steps = 0;
      while (performance.now() - start < SAMPLE_MS) {
        scope(run);
        steps++;
      }
      return (performance.now() - start) / steps;
    },
  };
}

/** An epoch on as many images as take SAMPLE_MS; its validation is not timed. */
async function byTrainer(
  { library, models }: Simdgrad,
  name: ModelName,
  threads: number,
  title: string,
  error: number,
): Promise<Entry> {
  const { Adam, Dataset, tensor, Trainer } = library;
  const model = newModel({ library, models }, name, 0.5);
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  const dataset = (size: number) => {
    const pixels = uniform(size * 784, 1).map((value) => Math.floor(128 * (value + 1)));
    const labels = Array.from({ length: size }, (_, i) => i % 10);
    return new Dataset({
      name: "noise",
      images: tensor(pixels, [size, 28, 28], "u8").keep(),
      labels: tensor(labels, [size], "u8").keep(),
    });
  };
  const epoch = async (data: ReturnType<typeof dataset>): Promise<number> => {
    const options = { optimizer, epochs: 1, batchSize: BATCH, restoreBest: false };
    const { epochs } = await new Trainer(model, options).fit(data, validation);
    return (BATCH * 1000) / epochs[0].samplesPerSecond;
  };
  const validation = dataset(1);
  const few = dataset(8 * BATCH);
  const stepMs = await epoch(few);
  const steps = Math.min(400, Math.max(8, Math.round(SAMPLE_MS / stepMs)));
  const data = dataset(steps * BATCH);
  return { name: title, threads, error, samples: [], sample: () => epoch(data) };
}

function summarize(entries: readonly Entry[]): TrainingFigure[] {
  return entries.map((entry) => {
    const ms = medianOf(entry.samples);
    const title = entry.name.split(", ")[0];
    const medianOfEntry = (wanted: string, threads: number): number | null => {
      const found = entries.find((other) => other.threads === threads && other.name.split(", ")[0] === wanted);
      return found ? medianOf(found.samples) : null;
    };
    const aloneMs = medianOfEntry(title, 1);
    const bareMs = title.endsWith(BY_TRAINER) ? medianOfEntry(title.slice(0, -BY_TRAINER.length), entry.threads) : null;
    return {
      name: entry.name,
      value: ms,
      unit: "ms",
      problem: problemOf(entry.error, TOLERANCE),
      threads: entry.threads,
      samplesPerSecond: ms && (BATCH * 1000) / ms,
      speedup: ms && aloneMs && aloneMs / ms,
      bareShare: ms && bareMs && bareMs / ms,
      spread: ms && spreadOf(entry.samples),
      error: entry.error,
      tolerance: TOLERANCE,
    };
  });
}
