// What the Open Inference Protocol's endpoints take and answer. The numbers of `data`, of which there are thousands, are
// checked where they are read: serve/oip/read_tensor.ts.

import * as z from "zod";
import { MODEL_TYPE, VERSION } from "./predict.ts";

export const INPUT_NAME = "images";
export const OUTPUT_NAMES = ["logits", "probabilities"] as const;
/** What is answered where a request names no output. */
export const DEFAULT_OUTPUTS = ["logits"] as const;
export type OutputName = (typeof OUTPUT_NAMES)[number];

export const BYTE_COUNT = z.int().min(0).meta({ description: "Bytes of the tensor, which follow the JSON." });
const DATA = z.unknown().meta({
  type: "array",
  items: {},
  description: "The numbers, row by row: flat, or nested as the shape says. Left out where the tensor is binary.",
});
/** Clients that write every member of a class send null for what is not set. */
const optional = <T extends z.ZodType>(schema: T) => schema.nullish();

const EXAMPLE_DATA = "784 numbers an image, each (pixel/255 − 0.1307)/0.3081";

export const INFER_REQUEST = z
  .object({
    id: optional(z.string()).meta({ description: "Comes back with the answer; one is made where none is given." }),
    parameters: optional(
      z.looseObject({
        timeout: optional(z.int().min(0)).meta({
          description: "Microseconds after which the answer is 503 instead; 0 or none: the server's own deadline.",
        }),
        priority: optional(z.int().min(0)).meta({
          description: "Taken, and of no effect: the queue has one priority.",
        }),
        is_digit: optional(z.boolean()).meta({
          description:
            "For one image: the answer's parameters say whether it shows a digit at all, where the checkpoint can tell.",
        }),
        binary_data_output: optional(z.boolean()).meta({
          description: "Outputs come as bytes behind the JSON, but for those whose own binary_data is false.",
        }),
      }),
    ),
    inputs: z
      .array(
        z.object({
          name: z.string().meta({ description: `There is one input: ${INPUT_NAME}.` }),
          shape: z.array(z.int()).max(16).meta({ description: "[n, 1, 28, 28]" }),
          datatype: z.string().meta({ description: "FP32" }),
          parameters: optional(z.looseObject({ binary_data_size: optional(BYTE_COUNT) })),
          data: DATA.optional(),
        }),
      )
      .min(1)
      .max(16),
    outputs: optional(
      z
        .array(
          z.object({
            name: z.string().meta({ description: OUTPUT_NAMES.join(" or ") }),
            parameters: optional(
              z.looseObject({
                binary_data: optional(z.boolean()).meta({ description: "As bytes behind the JSON; default false." }),
              }),
            ),
          }),
        )
        .max(16),
    ).meta({ description: `Which outputs to answer, in this order; default ${DEFAULT_OUTPUTS.join(", ")}.` }),
  })
  .meta({
    id: "InferRequest",
    description: `Images to read. ${INPUT_NAME}: FP32 [n, 1, 28, 28], ${EXAMPLE_DATA}.`,
  });

export const INFER_RESPONSE = z
  .object({
    model_name: MODEL_TYPE,
    model_version: VERSION,
    id: z.string(),
    parameters: z
      .object({
        is_digit: z.boolean(),
        reason: z.string().optional().meta({ description: "Why it shows none." }),
      })
      .optional()
      .meta({ description: "Where is_digit was asked for, and the checkpoint says what digits look like." }),
    outputs: z.array(
      z.object({
        name: z.enum(OUTPUT_NAMES),
        datatype: z.literal("FP32"),
        shape: z.array(z.int().min(1)).length(2).meta({ description: "[n, 10]" }),
        parameters: z.object({ binary_data_size: BYTE_COUNT }).optional(),
        data: z
          .array(z.number())
          .optional()
          .meta({ description: "Flat, row by row; left out where the output is binary." }),
      }),
    ),
  })
  .meta({ id: "InferResponse" });

export const HEALTH = z.object({ live: z.boolean(), ready: z.boolean() }).meta({ id: "Health" });

export const SERVER_METADATA = z
  .object({ name: z.string(), version: z.string(), extensions: z.array(z.string()) })
  .meta({ id: "ServerMetadata" });

const TENSOR_METADATA = z.object({
  name: z.string(),
  datatype: z.literal("FP32"),
  shape: z.array(z.int()).meta({ description: "-1 is the number of images." }),
});

export const MODEL_METADATA = z
  .object({
    name: MODEL_TYPE,
    versions: z.array(VERSION).meta({ description: "Which can be named, the shipped weights first." }),
    platform: z.string(),
    inputs: z.array(TENSOR_METADATA),
    outputs: z.array(TENSOR_METADATA),
  })
  .meta({ id: "ModelMetadata" });

export const MODEL_READY = z.object({ name: MODEL_TYPE, ready: z.boolean() }).meta({ id: "ModelReady" });

export const REPOSITORY_INDEX_REQUEST = z
  .object({ ready: optional(z.boolean()).meta({ description: "Only what is ready; default false." }) })
  .meta({ id: "RepositoryIndexRequest", examples: [{ ready: true }] });

export const REPOSITORY_INDEX = z
  .array(
    z.object({
      name: MODEL_TYPE,
      version: VERSION,
      state: z.enum(["READY", "UNAVAILABLE"]),
      reason: z.string().meta({ description: "Why it is unavailable; else empty." }),
    }),
  )
  .meta({ id: "RepositoryIndex" });

const DURATION = z.object({ count: z.int().min(0), ns: z.number().min(0) });
const COMPUTE = { compute_input: DURATION, compute_infer: DURATION, compute_output: DURATION };

export const STATISTICS = z
  .object({
    model_stats: z.array(
      z.object({
        name: MODEL_TYPE,
        version: VERSION,
        last_inference: z.int().min(0).meta({ description: "Milliseconds since 1970; 0 where there was none." }),
        inference_count: z.int().min(0).meta({ description: "Images." }),
        execution_count: z.int().min(0).meta({ description: "Batches." }),
        inference_stats: z.object({
          ...{ success: DURATION, fail: DURATION, queue: DURATION, ...COMPUTE },
          ...{ cache_hit: DURATION, cache_miss: DURATION },
        }),
        batch_stats: z.array(z.object({ batch_size: z.int().min(1), ...COMPUTE })),
      }),
    ),
  })
  .meta({ id: "Statistics", description: "Since the server started, of all its processes." });

export type InferRequestBody = z.infer<typeof INFER_REQUEST>;
export type InferResponseBody = z.infer<typeof INFER_RESPONSE>;
export type Health = z.infer<typeof HEALTH>;
export type ServerMetadata = z.infer<typeof SERVER_METADATA>;
export type ModelMetadata = z.infer<typeof MODEL_METADATA>;
export type ModelReady = z.infer<typeof MODEL_READY>;
export type Statistics = z.infer<typeof STATISTICS>;
export type RepositoryIndex = z.infer<typeof REPOSITORY_INDEX>;
