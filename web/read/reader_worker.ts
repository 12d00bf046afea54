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
import type { FromReader, NetworkCard, Subject, ToReader } from "./messages.ts";

/** Of a picture's longer side: preprocessing averages larger ones down, and a photograph's pixels take a while to copy. */
const LONGEST_SIDE = 1024;

const classifiers = new Map<ModelName, Classifier>();
let latest: { readonly id: number; readonly digit: PreprocessedDigit } | null = null;

addEventListener("message", ({ data }: MessageEvent<ToReader>) => {
  try {
    take(data);
  } catch (error) {
    const { message: problem } = error as Error;
    if (data.kind === "network") tell({ kind: "refused", problem });
    else tell({ kind: "failed", id: data.kind === "read" ? data.id : null, problem });
  }
});

function take(message: ToReader): void {
  if (message.kind === "kernels") useKernels(message.kernels);
  else if (message.kind === "network") {
    const { name, weights, origin } = message;
    tell({ kind: "ready", card: { ...addNetwork(name, new Uint8Array(weights)), origin } });
    if (latest) answer(latest.id, latest.digit);
  } else {
    latest = { id: message.id, digit: preprocessDigit(pictureIn(message.subject)) };
    answer(latest.id, latest.digit);
  }
}

/** Takes the place of the one before once it has read something. */
function addNetwork(name: ModelName, weights: Uint8Array): Omit<NetworkCard, "origin"> {
  const { build, label } = networkOf(name);
  const network = build();
  const metadata = readCheckpointMetadata(decodeCheckpoint(network, weights, `${name}.safetensors`));
  network.eval();
  const classifier = new Classifier(network);
  classifier.warmUp();
  classifiers.set(name, classifier);
  const { testAccuracy, dataset, testImages } = metadata;
  const testedOn = describeMeasuredOn({ dataset, images: testImages });
  return { name, label, parameters: countParameters(network), testAccuracy, testedOn };
}

function answer(id: number, digit: PreprocessedDigit): void {
  const { pixels, isBlank, warnings } = digit;
  const answers = Object.fromEntries([...classifiers].map(([name, classifier]) => [name, classifier.read(digit)]));
  tell({ kind: "reading", id, reading: { pixels, isBlank, warnings, answers } });
}

function pictureIn(subject: Subject): Picture {
  if (subject.kind === "strokes") return pictureOf(subject.strokes);
  const { bitmap } = subject;
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(scale * bitmap.width));
  const height = Math.max(1, Math.round(scale * bitmap.height));
  const context = new OffscreenCanvas(width, height).getContext("2d") as OffscreenCanvasRenderingContext2D;
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return context.getImageData(0, 0, width, height);
}

function tell(message: FromReader): void {
  postMessage(message);
}
