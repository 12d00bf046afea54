// The worker behind "See inside": kernels and networks of its own, so that a look inside never makes reading or training wait.

import type { DigitSet } from "../../data/index.ts";
import { decodeCheckpoint, type Sequential, useKernels } from "../../lib/index.ts";
import { MODEL_NAMES, type ModelName, networkOf } from "../../models/index.ts";
import { loadSample } from "../train/sample.ts";
import { DREAM_STEPS, type DreamStep, dream, startOf } from "./compute/dream.ts";
import { lookInside } from "./compute/feature_maps.ts";
import { FOOL_STEPS, type FoolingStep, fool } from "./compute/fool.ts";
import { inkOf } from "./compute/ink.ts";
import { saliencyOf } from "./compute/saliency.ts";
import { freeze, largestOf, probabilitiesOf } from "./compute/scores.ts";
import { type DigitMap, mapOf, placeOn, testOn } from "./compute/test_digits.ts";
import type {
  Answer,
  FoolAnswer,
  FromInside,
  Progress,
  Question,
  QuestionName,
  TestAnswer,
  ToInside,
} from "./questions.ts";

/** As many as the map shows. */
const MAP_DIGITS = 1000;
/** Of a dream, so that one sees it grow. */
const FRAME_MS = 33;

/** Told of a question while it is answered. */
interface Asked<Name extends QuestionName> {
  readonly signal: AbortSignal;
  tell(progress: Progress<Name>): void;
}

type Answers = {
  readonly [Name in QuestionName]: (
    question: Question<Name>,
    asked: Asked<Name>,
  ) => Answer<Name> | Promise<Answer<Name>>;
};

const networks = new Map<ModelName, Sequential>();
/** Those that are being answered. */
const open = new Map<number, AbortController>();
let start: () => void;
const started = new Promise<void>((resolve) => {
  start = resolve;
});

/** Made when they are first needed; kept unless that went wrong. */
const testDigits = once(() => loadSample("test"));
const mapDigits = once(async () => (await testDigits()).take(MAP_DIGITS));
const digitMap = once<DigitMap>(async () => mapOf(network("cnn"), await mapDigits()));

const answers: Answers = {
  maps: ({ pixels, unit }) => lookInside(network("cnn"), pixels, unit),
  saliency: ({ pixels, digit }) => byNetwork((each) => saliencyOf(each, pixels, digit)),
  async fool({ pixels }, { signal, tell }) {
    const found = new Map<Sequential, FoolingStep["found"]>();
    const all = [...networks.values()];
    for (const [i, each] of all.entries()) {
      for (const step of fool(each, pixels)) {
        found.set(each, step.found);
        tell({ part: (i + step.step / FOOL_STEPS) / all.length });
        await pause(0, signal);
      }
    }
    return byNetwork((each) => foolAnswer(each, pixels, found.get(each) ?? []));
  },
  async dream({ digit, start, style, pixels, isPaced }, { signal, tell }) {
    const from = startOf(start, pixels);
    const dreams = byNetwork((each) => dream(each, digit, from, style));
    for (let step = 1; step <= DREAM_STEPS; step++) {
      const began = performance.now();
      const frame = Object.fromEntries(MODEL_NAMES.map((name) => [name, dreams[name].next().value as DreamStep]));
      tell({ step, steps: DREAM_STEPS, dreams: frame as Record<ModelName, DreamStep> });
      await pause(isPaced ? FRAME_MS - (performance.now() - began) : 0, signal);
    }
    return null;
  },
  async map() {
    const [{ points, components, width }, digits] = await Promise.all([digitMap(), mapDigits()]);
    return { points, shares: components.shares, width, ...copyOf(digits) };
  },
  place: async ({ pixels }) => placeOn(await digitMap(), network("cnn"), pixels),
  async test(_, { signal, tell }) {
    const digits = await testDigits();
    const total = networks.size * digits.size;
    const tested = new Map<Sequential, TestAnswer["tested"][ModelName]>();
    for (const [i, each] of [...networks.values()].entries()) {
      const onProgress = (done: number): void => tell({ done: i * digits.size + done, total });
      tested.set(each, await testOn(each, digits, { signal, onProgress }));
    }
    return { tested: byNetwork((each) => tested.get(each) as TestAnswer["tested"][ModelName]), ...copyOf(digits) };
  },
};

addEventListener("message", ({ data }: MessageEvent<ToInside>) => {
  if (data.kind === "start") {
    try {
      take(data);
      start();
    } catch (error) {
      send({ kind: "failed", id: null, problem: (error as Error).message });
    }
  } else if (data.kind === "drop") open.get(data.id)?.abort();
  else void answer(data.id, data.name, data.question);
});

function take({ kernels, weights }: ToInside & { kind: "start" }): void {
  useKernels(kernels);
  for (const name of MODEL_NAMES) {
    const made = networkOf(name).build();
    decodeCheckpoint(made, new Uint8Array(weights[name]), `${name}.safetensors`);
    freeze(made.eval());
    networks.set(name, made);
  }
}

async function answer<Name extends QuestionName>(id: number, name: Name, question: unknown): Promise<void> {
  const abort = new AbortController();
  open.set(id, abort);
  try {
    await started;
    const tell = (progress: Progress<Name>): void => send({ kind: "progress", id, progress });
    const asked: Asked<Name> = { signal: abort.signal, tell };
    send({ kind: "answer", id, answer: await answers[name](question as Question<Name>, asked) });
  } catch (error) {
    if (!abort.signal.aborted) send({ kind: "failed", id, problem: (error as Error).message });
  } finally {
    open.delete(id);
  }
}

function foolAnswer(each: Sequential, pixels: Uint8Array, found: FoolAnswer["found"]): FoolAnswer {
  const [before] = probabilitiesOf(each, [inkOf(pixels)]);
  const digit = largestOf(before);
  const confidences = found.map((one) => (one ? probabilitiesOf(each, [inkOf(one.pixels)])[0][one.digit] : 0));
  return { digit, confidence: before[digit], found, confidences };
}

function network(name: ModelName): Sequential {
  return networks.get(name) as Sequential;
}

function byNetwork<T>(make: (network: Sequential) => T): Record<ModelName, T> {
  return Object.fromEntries(MODEL_NAMES.map((name) => [name, make(network(name))])) as Record<ModelName, T>;
}

function copyOf(digits: DigitSet): { labels: Uint8Array; images: Uint8Array } {
  return { labels: digits.labels.values.slice(), images: digits.images.values.slice() };
}

/** Lets other questions be asked, and this one be dropped. @throws the signal's reason */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
  signal.throwIfAborted();
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => {
    made ??= make().catch((error) => {
      made = null;
      throw error;
    });
    return made;
  };
}

function send(message: FromInside): void {
  postMessage(message);
}
