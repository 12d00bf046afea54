// The description of /models and /model/{type}/info.

import * as z from "zod";
import { MODEL_INFO } from "../../schemas/model_info.ts";
import { MODEL_TYPE } from "../../schemas/predict.ts";
import { MODEL_TYPES } from "../../schemas/status.ts";
import type { Operation } from "../operation.ts";

export const MODELS: readonly Operation[] = [
  {
    id: "listModels",
    method: "get",
    path: "/models",
    tag: "Models",
    summary: "The networks' names",
    answers: { 200: { description: "Their names.", content: { "application/json": MODEL_TYPES } } },
    problems: [],
  },
  {
    id: "getModelInfo",
    method: "get",
    path: "/model/{type}/info",
    tag: "Models",
    summary: "What a network is",
    description:
      "Its layers one by one, its parameters, how accurate it is and on which images that was measured, the digests of its " +
      "checkpoint, and its versions.",
    parameters: [
      { name: "type", in: "path", description: "The network.", schema: MODEL_TYPE, example: "cnn", isRequired: true },
      {
        name: "version",
        in: "query",
        description: "One of its versions; where none is named, the current one.",
        schema: z.string().regex(/^\d+$/).optional(),
      },
    ],
    answers: { 200: { description: "The network.", content: { "application/json": MODEL_INFO } } },
    problems: [404, 503],
  },
];
