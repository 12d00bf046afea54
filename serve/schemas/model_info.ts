// What /model/{type}/info answers.

import * as z from "zod";
import { MODEL_TYPE } from "./predict.ts";

const SHAPE = z.array(z.int().nullable()).meta({ description: "null is the batch, of any size." });
const ACCURACY = z.number().min(0).max(1).nullable();

export const MODEL_INFO = z
  .object({
    model_type: MODEL_TYPE,
    model_version: z.string(),
    is_shipped: z.boolean().meta({ description: "Whether these are the weights that ship with the package." }),
    versions: z.array(z.string()).meta({ description: "Which can be named, the shipped weights first." }),
    description: z.string(),
    input: z.object({ shape: SHAPE, dtype: z.literal("float32"), normalization: z.string() }),
    layers: z.array(
      z.object({
        name: z.string(),
        type: z.string(),
        output_shape: SHAPE.meta({ description: "Rows, columns, channels." }),
        parameters: z.int().min(0),
      }),
    ),
    parameters: z.int().min(0),
    accuracy: z.object({
      test: ACCURACY,
      validation: ACCURACY,
      measured_on: z.string().nullable().meta({ description: "Which images the test accuracy is of." }),
      test_images: z.int().nullable(),
      trained_on: z.string().nullable(),
      seed: z.int().nullable(),
      epoch: z.int().nullable(),
    }),
    weights_sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .meta({ description: "As mnist train prints it." }),
    simdgrad: z.object({ server: z.string(), trained_with: z.string().nullable(), kernels: z.string() }),
  })
  .meta({ id: "ModelInfo" });

export type ModelInfo = z.infer<typeof MODEL_INFO>;
