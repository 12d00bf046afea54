// Operation: a method on a path, as the description of the API tells it. What bodies hold is said by the schemas that check them.

import type * as z from "zod";

/** The groups in which the page shows operations, in its order. */
export const TAGS = {
  Pictures: "A picture goes in, a digit comes out.",
  Models: "Which networks there are, and what each one is.",
  "Open Inference Protocol":
    "Version 2 of the protocol that Triton and KServe speak: tensors go in, tensors come out. A client of theirs works unchanged.",
  Server: "Whether it lives, what it measures, and this page.",
} as const;
export type Tag = keyof typeof TAGS;

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  description: string;
  schema: z.ZodType;
  example?: unknown;
  isRequired?: boolean;
}

/** Some content: JSON of a schema, or something else, which a plain JSON schema describes. */
export type Content = z.ZodType | Readonly<Record<string, unknown>>;

export interface Body {
  /** By media type. */
  content: Readonly<Record<string, Content>>;
  description?: string;
  isOptional?: boolean;
}

export interface Answer extends Partial<Omit<Body, "isOptional">> {
  description: string;
  headers?: readonly HeaderName[];
}

/** Those that answers carry beside the usual ones; document.ts describes them. */
export type HeaderName = "ETag" | "Retry-After" | "Allow" | "Inference-Header-Content-Length";

export interface Operation {
  /** operationId: clients that are generated call their method so. */
  id: string;
  method: "get" | "post";
  /** With its parameters in braces: /model/{type}/info. */
  path: string;
  tag: Tag;
  summary: string;
  description?: string;
  parameters?: readonly Parameter[];
  body?: Body;
  /** By status; what is no problem. */
  answers: Readonly<Record<number, Answer>>;
  /** Statuses of problems that it may answer beside those of every operation. */
  problems: readonly number[];
  /** Answers whoever asks, with no key. */
  isPublic?: boolean;
  /** No limit of requests holds for it. */
  isUnlimited?: boolean;
}

/** An example of an operation, as a server has answered it. */
export interface Example {
  name: string;
  summary?: string;
  /** The body in JSON; absent where there is none, or it is no JSON. */
  request?: unknown;
  response: unknown;
}
