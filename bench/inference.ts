// The models' inference on one thread, call by call: the median, and what one call in a hundred takes.

import type { Module, Tensor } from "../lib/index.ts";
import { sampledError, uniform } from "./benchmark.ts";
import { type InferenceFigure, medianOf, problemOf, quantile } from "./figure.ts";
import { logits64, type ModelName, toState64 } from "./network64.ts";
import { newModel, type Simdgrad } from "./training_step.ts";

const MODELS: ModelName[] = ["linear", "cnn"];
const BATCHES = [1, 64, 256];
const TOLERANCE = 1e-5;
const PIXELS = 784;
const CLASSES = 10;
/** Images at the start and at the end of a batch that the reference computes too. */
const CHECKED = 4;
/** A round's calls of one entry take about so long. */
const SAMPLE_MS = 100;
const WARM_UP_MS = 300;

interface Entry {
  name: string;
  batch: number;
  /** From the images to the logits on the JS heap. */
  infer(): Float32Array;
  error: number;
  /** Milliseconds of single calls. */
  calls: number[];
}

/** @param accepts which names are wanted; without any, the library is not even loaded */
export async function measureInference(
  load: () => Promise<Simdgrad>,
  accepts: (name: string) => boolean,
  rounds: number,
): Promise<InferenceFigure[]> {
  const wanted = MODELS.flatMap((model) => BATCHES.map((batch) => ({ model, batch })))
    .map(({ model, batch }) => ({ model, batch, name: `inference: ${model}, batch ${batch}` }))
    .filter(({ name }) => accepts(name));
  if (wanted.length === 0) return [];
  const simdgrad = await load();
  const entries = wanted.map(({ model, batch, name }) => prepare(simdgrad, model, batch, name));
  const right = entries.filter(({ error }) => error <= TOLERANCE);
  for (const entry of right) callFor(entry, WARM_UP_MS);
  for (let round = 0; round < rounds; round++) {
    for (const entry of right) entry.calls.push(...callFor(entry, SAMPLE_MS));
  }
  return entries.map(summarize);
}

function prepare(simdgrad: Simdgrad, model: ModelName, batch: number, name: string): Entry {
  const { library } = simdgrad;
  const network = newModel(simdgrad, model, 0);
  varyState(simdgrad, network);
  network.eval();
  const images = uniform(batch * PIXELS, 1);
  const x = library.tensor(images, [batch, 28, 28, 1]).keep();
  const infer = (): Float32Array =>
    library.scope(() => {
      const logits: Tensor<"f32"> = library.noGrad(() => network.forward(x));
      return logits.data.slice();
    });
  const checked = new Set(
    Array.from({ length: CHECKED }, (_, i) => [Math.min(i, batch - 1), batch - 1 - (i % batch)]).flat(),
  );
  const logits = infer();
  const state = toState64(library.stateDict(network));
  const errors = [...checked].map((image) => {
    const exact = logits64(model, state, images.subarray(image * PIXELS, (image + 1) * PIXELS), false);
    return sampledError(logits.subarray(image * CLASSES, (image + 1) * CLASSES), exact.at, CLASSES);
  });
  return { name, batch, infer, error: Math.max(...errors), calls: [] };
}

/** Gives BatchNorm statistics and factors other than 0 and 1, as training does. */
function varyState({ library }: Simdgrad, model: Module): void {
  const state = library.stateDict(model);
  Object.entries(state).forEach(([name, { data }], i) => {
    if (!/^bn\d/.test(name) || !(data instanceof Float32Array)) return;
    const middle = /weight|running_var/.test(name) ? 1 : 0;
    data.set(uniform(data.length, i + 1).map((value) => middle + 0.3 * value));
  });
  library.loadStateDict(model, state);
}

/** At least one call. */
function callFor({ infer }: Entry, ms: number): number[] {
  const calls: number[] = [];
  const end = performance.now() + ms;
  let start = performance.now();
  do {
    infer();
    const now = performance.now();
    calls.push(now - start);
    start = now;
  } while (start < end);
  return calls;
}

function summarize({ name, batch, error, calls }: Entry): InferenceFigure {
  const median = medianOf(calls);
  return {
    name,
    value: median,
    unit: "ms",
    problem: problemOf(error, TOLERANCE),
    p99Ms: median && quantile(calls, 0.99),
    imagesPerSecond: median && (batch * 1000) / median,
    calls: calls.length,
    error,
    tolerance: TOLERANCE,
  };
}
