// The requests whose answers are the description's examples: by operationId, each under the name that the description shows.

import { readFileSync } from "node:fs";
import { decodePng } from "../../../data/index.node.ts";
import { MNIST_MEAN, MNIST_STD, preprocessDigit } from "../../../data/index.ts";
import type { ApiRequest } from "../../support/api_request.ts";

export interface ExampleRequest extends ApiRequest {
  name: string;
  summary?: string;
  /** Whether the answer depends on what was asked before. */
  isChanging?: boolean;
}

const base64 = (digit: number): string => readFileSync(`docs/digits/${digit}.png`).toString("base64");

/** As the networks read it, to four digits. */
function tensor(digit: number): number[] {
  const { pixels } = preprocessDigit(decodePng(readFileSync(`docs/digits/${digit}.png`), `${digit}.png`));
  return Array.from(pixels, (pixel) => Number(((pixel / 255 - MNIST_MEAN) / MNIST_STD).toFixed(4)));
}

const INFER: ExampleRequest = {
  name: "one",
  json: {
    id: "a request of mine",
    inputs: [{ name: "images", shape: [1, 1, 28, 28], datatype: "FP32", data: tensor(7) }],
    outputs: [{ name: "logits" }, { name: "probabilities" }],
  },
};

export const EXAMPLE_REQUESTS: Readonly<Record<string, readonly ExampleRequest[]>> = {
  predict: [
    { name: "one", summary: "One picture", form: { files: ["docs/digits/7.png"], fields: { model_type: "cnn" } } },
    { name: "several", summary: "Several pictures", form: { files: ["docs/digits/3.png", "docs/digits/8.png"] } },
    { name: "all", summary: "Every digit", form: { files: ["docs/digits/20471.png"], fields: { all: "true" } } },
  ],
  predictBase64: [
    { name: "one", summary: "One picture", json: { image: base64(7), model_type: "cnn" } },
    { name: "several", summary: "Several pictures", json: { image: [base64(3), base64(8)], model_type: "linear" } },
    { name: "all", summary: "Every digit of several pictures", json: { image: [base64(3), base64(8)], all: true } },
  ],
  listModels: [{ name: "names" }],
  getModelInfo: [{ name: "linear", parameters: { type: "linear" } }],
  getStatus: [{ name: "status" }],
  getLive: [{ name: "live" }],
  getReady: [{ name: "ready" }],
  getServerMetadata: [{ name: "server" }],
  getModelMetadata: [{ name: "model" }],
  getModelMetadataOfVersion: [{ name: "model" }],
  getModelReady: [{ name: "ready" }],
  getModelReadyOfVersion: [{ name: "ready" }],
  infer: [INFER],
  inferOfVersion: [INFER],
  getStatistics: [{ name: "statistics", isChanging: true }],
  indexRepository: [{ name: "ready", json: { ready: true } }],
};
