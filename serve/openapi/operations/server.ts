// The description of /, /openapi.json and /docs.

import { STATUS } from "../../schemas/status.ts";
import type { Operation } from "../operation.ts";

const PAGE = { type: "string", description: "A page." };

export const SERVER: readonly Operation[] = [
  {
    id: "getStatus",
    method: "get",
    path: "/",
    tag: "Server",
    summary: "That the server lives",
    description: "A browser gets the web app instead, where it is built.",
    answers: {
      200: { description: "It lives.", content: { "application/json": STATUS, "text/html": PAGE } },
    },
    problems: [],
    isPublic: true,
  },
  {
    id: "getMetrics",
    method: "get",
    path: "/metrics",
    tag: "Server",
    summary: "What it measures, for Prometheus",
    description: "Not here where the server was started with `--metrics-port`, but on that port.",
    answers: {
      200: { description: "Prometheus's text format.", content: { "text/plain": { type: "string" } } },
    },
    problems: [],
  },
  {
    id: "getOpenapi",
    method: "get",
    path: "/openapi.json",
    tag: "Server",
    summary: "This description",
    answers: {
      200: {
        description: "OpenAPI 3.1.",
        headers: ["ETag"],
        content: {
          "application/json": {
            type: "object",
            required: ["openapi"],
            properties: { openapi: { type: "string" } },
            additionalProperties: true,
          },
        },
      },
      304: { description: "The client's copy, of this ETag, is current.", headers: ["ETag"] },
    },
    problems: [],
    isPublic: true,
  },
  {
    id: "getDocs",
    method: "get",
    path: "/docs",
    tag: "Server",
    summary: "A page to read and try all this on",
    answers: {
      200: { description: "The page.", headers: ["ETag"], content: { "text/html": PAGE } },
      304: { description: "The client's copy, of this ETag, is current.", headers: ["ETag"] },
    },
    problems: [],
    isPublic: true,
  },
];
