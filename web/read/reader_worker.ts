// The reader: a worker with kernels and networks of its own, so that the page never computes, and reading never waits for
// training.

import { type PreprocessedDigit, pictureOf, preprocessDigit } from "../../data/index.ts";
import { countParameters, decodeCheckpoint, type Picture, useKernels } from "../../lib/index.ts";
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
let latest: { readonly id: number; readonly digit: PreprocessedDigit } | null = null;

/** What is done to networks goes one after another; reading waits for none of it. */
let networks: Promise<void> = Promise.resolve();

addEventListener("message", ({ data }: MessageEvent<ToReader>) => {
  if (data.kind === "start") networks = start(data.kernels, data.networks);
  else if (data.kind === "network") networks = networks.then(() => take(data));
  else readSubject(data.id, data.subject);
});

async function start(kernels: string, shipped: readonly Shipped[]): Promise<void> {
  try {
    const loaded = fetchBytes(kernels).then(useKernels);
    let file = Promise.all([weightsOf(shipped[0]), loaded]);
    for (const [i, each] of shipped.entries()) {
      const [{ weights, origin }] = await file;
      // On its way while this one is made ready.
      if (i + 1 < shipped.length) file = Promise.all([weightsOf(shipped[i + 1]), loaded]);
      try {
        addNetwork(each.name, origin, weights);
      } catch (error) {
        if (origin === "shipped") throw error;
        tell({ kind: "refused", id: null, problem: (error as Error).message });
        addNetwork(each.name, "shipped", await fetchBytes(each.url));
      }
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

function readSubject(id: number, subject: Subject): void {
  try {
    latest = { id, digit: preprocessDigit(pictureIn(subject)) };
    answer(id, latest.digit);
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
  const classifier = new Classifier(network);
  classifier.warmUp();
  classifiers.set(name, classifier);
  const { testAccuracy, dataset, testImages } = metadata;
  const testedOn = describeMeasuredOn({ dataset, images: testImages });
  const parameters = countParameters(network);
  tell({ kind: "ready", card: { name, origin, label, parameters, testAccuracy, testedOn } });
  if (latest) answer(latest.id, latest.digit);
}

/** Where it is not certain which ink is the digit, one network decides, the CNN once it is there; all see the same pixels. */
function answer(id: number, { pixels, isBlank, warnings, others }: PreprocessedDigit): void {
  const judge = classifiers.get("cnn") ?? [...classifiers.values()].at(0);
  const judged = others && judge?.read({ pixels, isBlank, warnings, others });
  const seen = { pixels: judged?.pixels ?? pixels, isBlank, warnings: judged?.warnings ?? warnings };
  const answers = Object.fromEntries([...classifiers].map(([name, classifier]) => [name, classifier.read(seen)]));
  tell({ kind: "reading", id, reading: { ...seen, answers } });
}

function pictureIn(subject: Subject): Picture {
  return subject.kind === "strokes" ? pictureOf(subject.strokes) : bitmapPixels(subject.bitmap, LONGEST_SIDE);
}

function tell(message: FromReader): void {
  postMessage(message);
}
