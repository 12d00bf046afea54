// The description of the Open Inference Protocol, version 2. docs/inference-protocol.md shows it in use.

import {
  BYTE_COUNT,
  HEALTH,
  INFER_REQUEST,
  INFER_RESPONSE,
  MODEL_METADATA,
  MODEL_READY,
  REPOSITORY_INDEX,
  REPOSITORY_INDEX_REQUEST,
  SERVER_METADATA,
  STATISTICS,
} from "../../schemas/inference_protocol.ts";
import { MODEL_TYPE, VERSION } from "../../schemas/predict.ts";
import type { Content, Operation, Parameter } from "../operation.ts";

const TAG = "Open Inference Protocol";
const json = (content: Content) => ({ "application/json": content });
const BYTES = { type: "string", format: "binary" };

const MODEL: Parameter = {
  name: "model",
  in: "path",
  description: "The network.",
  schema: MODEL_TYPE,
  example: "cnn",
  isRequired: true,
};
const NUMBER: Parameter = {
  name: "version",
  in: "path",
  description: "One of its versions: the number of mnist promote, or 0.",
  schema: VERSION,
  example: "0",
  isRequired: true,
};
const JSON_BYTES: Parameter = {
  name: "Inference-Header-Content-Length",
  in: "header",
  description:
    "Of a binary request: the bytes of its JSON, behind which the tensors stand, little-endian and row by row. 0: the body is " +
    "one tensor without JSON.",
  schema: BYTE_COUNT,
};

/** Each exists for the current version, and for one that is named. */
function ofModel(ending: "" | "/ready" | "/infer" | "/stats", operation: Omit<Operation, "path" | "tag">): Operation[] {
  const { id, summary, parameters = [] } = operation;
  return [
    { ...operation, tag: TAG, path: `/v2/models/{model}${ending}`, parameters: [MODEL, ...parameters] },
    {
      ...operation,
      tag: TAG,
      id: `${id}OfVersion`,
      summary: `${summary}, of a version`,
      path: `/v2/models/{model}/versions/{version}${ending}`,
      parameters: [MODEL, NUMBER, ...parameters],
    },
  ];
}

export const INFERENCE_PROTOCOL: readonly Operation[] = [
  {
    id: "getLive",
    method: "get",
    path: "/v2/health/live",
    tag: TAG,
    summary: "Whether the server lives",
    answers: { 200: { description: "It does.", content: json(HEALTH) } },
    problems: [],
    isPublic: true,
    isUnlimited: true,
  },
  {
    id: "getReady",
    method: "get",
    path: "/v2/health/ready",
    tag: TAG,
    summary: "Whether the server takes requests",
    answers: {
      200: { description: "It does.", content: json(HEALTH) },
      503: { description: "It is about to stop. What it is still sent, it answers.", content: json(HEALTH) },
    },
    problems: [],
    isPublic: true,
    isUnlimited: true,
  },
  {
    id: "getServerMetadata",
    method: "get",
    path: "/v2",
    tag: TAG,
    summary: "The server's name, version and extensions",
    answers: { 200: { description: "Those.", content: json(SERVER_METADATA) } },
    problems: [],
  },
  ...ofModel("", {
    id: "getModelMetadata",
    method: "get",
    summary: "A network's versions, inputs and outputs",
    answers: { 200: { description: "Those.", content: json(MODEL_METADATA) } },
    problems: [404],
  }),
  ...ofModel("/ready", {
    id: "getModelReady",
    method: "get",
    summary: "Whether a network takes requests",
    answers: {
      200: { description: "It does.", content: json(MODEL_READY) },
      503: { description: "The server is about to stop.", content: json(MODEL_READY) },
    },
    problems: [404],
  }),
  ...ofModel("/infer", {
    id: "infer",
    method: "post",
    summary: "Images to logits",
    description:
      "Images as the network reads them: 28 × 28, normalised. Who has pictures wants `/predict`. With the header " +
      "`Inference-Header-Content-Length` tensors are bytes behind the JSON, as Triton's Python client sends them; outputs come " +
      "as bytes where `binary_data` or `binary_data_output` ask for it.",
    parameters: [JSON_BYTES],
    body: { content: { "application/json": INFER_REQUEST, "application/octet-stream": BYTES } },
    answers: {
      200: {
        description: "The outputs. The header is there where some of them are bytes.",
        headers: ["Inference-Header-Content-Length"],
        content: { "application/json": INFER_RESPONSE, "application/octet-stream": BYTES },
      },
    },
    problems: [400, 404, 408, 413, 415, 501, 503],
  }),
  {
    id: "getAllStatistics",
    method: "get",
    path: "/v2/models/stats",
    tag: TAG,
    summary: "What every network has done, and how long it took",
    answers: { 200: { description: "Of each version that was used.", content: json(STATISTICS) } },
    problems: [],
  },
  ...ofModel("/stats", {
    id: "getStatistics",
    method: "get",
    summary: "What a network has done, and how long it took",
    answers: { 200: { description: "Of each version that was used, or of the one named.", content: json(STATISTICS) } },
    problems: [404],
  }),
  {
    id: "indexRepository",
    method: "post",
    path: "/v2/repository/index",
    tag: TAG,
    summary: "Every version of every network",
    body: { content: json(REPOSITORY_INDEX_REQUEST), isOptional: true },
    answers: { 200: { description: "All, or those that are ready.", content: json(REPOSITORY_INDEX) } },
    problems: [400, 408, 413, 415],
  },
];
