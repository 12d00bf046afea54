// The reader: a worker with kernels and networks of its own, so that the page never computes, and reading never waits for
// training.

import { mayBeSeveral, type PreprocessedDigit, pictureOf, preprocessPlain } from "../../data/index.ts";
import { countParameters, decodeCheckpoint, type Picture, type Sequential, useKernels } from "../../lib/index.ts";
import {
  Classifier,
  describeMeasuredOn,
  type ModelName,
  networkOf,
  readCheckpointMetadata,
} from "../../models/index.ts";
import { bitmapPixels } from "./bitmap_pixels.ts";
import { fetchBytes } from "./files.ts";
import type { FromReader, Origin, Shipped, Subject, ToReader } from "./messages.ts";
import { ownWeights } from "./own_weights.ts";

/** Of a picture's longer side: preprocessing averages larger ones down, and a photograph's pixels take a while to copy. */
const LONGEST_SIDE = 1024;

const classifiers = new Map<ModelName, Classifier>();
let latest: Latest | null = null;
/** Other kernels take many pictures at once, which are not among those that the reader has. */
const ONE_BY_ONE = { batchSize: 1 };
/** Until all digits of the latest subject are looked for. */
let timer: ReturnType<typeof setTimeout> | undefined;
/** As long as a pen goes on, there is no time for that. */
const QUIET_MS = 200;

/** What is done to networks goes one after another; reading waits for none of it. */
let networks: Promise<void> = Promise.resolve();
/** What the first answer does not wait for, asked for behind it. */
let behind: Promise<unknown> | undefined;

/** Answers what the page asks, from now on. */
export function listen(): void {
  addEventListener("message", ({ data }: MessageEvent<ToReader>) => {
    if (data.kind === "start") networks = start(data.kernels, data.networks);
    else if (data.kind === "network") networks = networks.then(() => take(data));
    else void readSubject(data);
  });
}

async function start(kernels: string, shipped: readonly Shipped[]): Promise<void> {
  try {
    const loaded = fetchBytes(kernels).then(useKernels);
    let file = Promise.all([weightsOf(shipped[0]), loaded]);
    for (const [i, each] of shipped.entries()) {
      const [{ weights, origin }] = await file;
      // On its way while this one is made ready.
      if (i + 1 < shipped.length) file = Promise.all([weightsOf(shipped[i + 1]), loaded]);
      await behind;
      try {
        addNetwork(each.name, origin, weights);
      } catch (error) {
        if (origin === "shipped") throw error;
        tell({ kind: "refused", id: null, problem: (error as Error).message });
        addNetwork(each.name, "shipped", await fetchBytes(each.url));
      }
      // Once all networks read, nothing more is loaded: the host may be gone.
      behind ??= Promise.allSettled([searching(), import("./digit_likeness.ts")]);
    }
    tell({ kind: "started" });
  } catch (error) {
    tell({ kind: "failed", id: null, problem: (error as Error).message });
  }
}

async function weightsOf({ name, url }: Shipped): Promise<{ origin: Origin; weights: ArrayBuffer }> {
  const own = await ownWeights(name);
  return own ? { ...own, weights: own.weights.buffer } : { origin: "shipped", weights: await fetchBytes(url) };
}

async function take({ id, name, origin, weights }: ToReader & { kind: "network" }): Promise<void> {
  try {
    addNetwork(name, origin, typeof weights === "string" ? await fetchBytes(weights) : weights);
    tell({ kind: "taken", id });
  } catch (error) {
    tell({ kind: "refused", id, problem: (error as Error).message });
  }
}

interface Latest extends Pick<ToReader & { kind: "read" }, "id" | "isElsewhere"> {
  readonly picture: Picture;
  readonly digit: PreprocessedDigit;
}

async function readSubject({ id, subject, isElsewhere }: ToReader & { kind: "read" }): Promise<void> {
  try {
    const picture = pictureIn(subject);
    // A drawing is plain, and waits for no more of the script.
    const digit = preprocessPlain(picture) ?? (await searching()).preprocessDigit(picture);
    latest = { id, isElsewhere, picture, digit };
    answer(latest);
  } catch (error) {
    tell({ kind: "failed", id, problem: (error as Error).message });
  }
}

/** Takes the place of the one before once it has read something. */
function addNetwork(name: ModelName, origin: Origin, weights: ArrayBuffer): void {
  const { build, label } = networkOf(name);
  const network = build();
  const metadata = readCheckpointMetadata(decodeCheckpoint(network, new Uint8Array(weights), `${name}.safetensors`));
  network.eval();
  const classifier = new Classifier(network, ONE_BY_ONE);
  classifier.warmUp();
  classifiers.set(name, classifier);
  const { testAccuracy, dataset, testImages } = metadata;
  const testedOn = describeMeasuredOn({ dataset, images: testImages });
  const parameters = countParameters(network);
  tell({ kind: "ready", card: { name, origin, label, parameters, testAccuracy, testedOn } });
  answerAgain();
  if (metadata.digitLikeness !== null) void judgeBy(name, classifier, network, metadata.digitLikeness);
}

/** From now on it says whether it is a digit at all. The first answer waits for none of that. */
async function judgeBy(name: ModelName, plain: Classifier, network: Sequential, text: string): Promise<void> {
  const { readDigitLikeness } = await import("./digit_likeness.ts");
  // Another network may have come meanwhile.
  if (classifiers.get(name) !== plain) return;
  classifiers.set(name, new Classifier(network, { ...ONE_BY_ONE, likeness: readDigitLikeness(text) }));
  answerAgain();
}

/** What was read before, by what reads now; where somebody else answers, that changes nothing. */
function answerAgain(): void {
  if (latest && !latest.isElsewhere) answer(latest);
}

/** Where it is not certain which ink is the digit, one network decides, the CNN once it is there; all see the same pixels. */
function answer({ id, digit: { pixels, isBlank, warnings, others } }: Latest): void {
  const judge = classifiers.get("cnn") ?? [...classifiers.values()].at(0);
  const judged = others && judge?.read({ pixels, isBlank, warnings, others });
  const seen = { pixels: judged?.pixels ?? pixels, isBlank, warnings: judged?.warnings ?? warnings };
  const answers = Object.fromEntries([...classifiers].map(([name, classifier]) => [name, classifier.read(seen)]));
  tell({ kind: "reading", id, reading: { ...seen, answers } });
  clearTimeout(timer);
  if (mayBeSeveral(seen.warnings)) timer = setTimeout(() => void findAll(id), QUIET_MS);
}

/** @throws {Error} one line for people */
function searching(): Promise<typeof import("./search_digits.ts")> {
  return import("./search_digits.ts").catch(() => {
    throw new Error("The part of the page that looks for digits could not be loaded. Are you online?");
  });
}

/** All digits of the latest subject; its one digit is read already, so nothing is said where that fails. */
async function findAll(id: number): Promise<void> {
  const script = await searching().catch(() => null);
  if (!script || latest?.id !== id) return;
  const { picture, isElsewhere } = latest;
  if (!isElsewhere) return tell({ kind: "digits", id, digits: script.readAll(picture, classifiers) });
  const { width, height } = picture;
  tell({ kind: "several", id, picture: { width, height, file: await script.pngOf(picture) } });
}

function pictureIn(subject: Subject): Picture {
  return subject.kind === "strokes" ? pictureOf(subject.strokes) : bitmapPixels(subject.bitmap, LONGEST_SIDE);
}

function tell(message: FromReader): void {
  postMessage(message);
}
