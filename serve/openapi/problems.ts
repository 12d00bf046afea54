// PROBLEMS: what each status of a problem means, wherever it is answered.

import type { HeaderName } from "./operation.ts";

export interface ProblemStatus {
  /** Of the response in the document's components. */
  name: string;
  description: string;
  headers?: readonly HeaderName[];
}

export const PROBLEMS: Readonly<Record<number, ProblemStatus>> = {
  400: {
    name: "BadRequest",
    description: "The body is damaged, or not what this operation reads: the message says where and what was expected.",
  },
  401: { name: "Unauthorized", description: "The server asks for a key, and the request has none, or another one." }, // biome-ignore format: one line
  404: { name: "NotFound", description: "There is no such model, version or path." },
  408: { name: "RequestTimeout", description: "The body came too slowly." },
  413: {
    name: "ContentTooLarge",
    description: "The body, a picture, or the number of pictures is over the server's limit, which the message says.",
  },
  415: {
    name: "UnsupportedMediaType",
    description: "The body is of another type, or a picture is neither PNG nor JPEG.",
  },
  429: {
    name: "TooManyRequests",
    description: "This address has sent more requests than the server allows it.",
    headers: ["Retry-After"],
  },
  500: { name: "InternalServerError", description: "The server failed; its log says why, under the request's id." },
  501: { name: "NotImplemented", description: "The protocol has it, and this server does not." },
  503: {
    name: "ServiceUnavailable",
    description: "More is waiting than the server takes, the deadline has passed, or the version cannot be loaded.",
    headers: ["Retry-After"],
  },
};

/** What every operation may answer. */
export const EVERYWHERE: readonly number[] = [401, 429, 500];
