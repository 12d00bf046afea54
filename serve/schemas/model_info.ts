// What /model/{type}/info answers. Figures have the names that runs and versions have on disk and in the program's --json.

import * as z from "zod";
import { MODEL_TYPE, VERSION } from "./predict.ts";

const SHAPE = z.array(z.int().nullable()).meta({ description: "null is the batch, of any size." });
const SHARE = z.number().min(0).max(1).nullable();
const SHA256 = z.string().regex(/^[0-9a-f]{64}$/);

const LAYER = z.object({
  name: z.string().meta({ description: "As its weights are called in the checkpoint." }),
  type: z.string().meta({ description: "Its class in the library: Conv2d, BatchNorm2d, ReLU." }),
  settings: z
    .record(z.string(), z.union([z.number(), z.array(z.number())]))
    .meta({ description: "What it was made with: kernel_size, stride, padding, p." }),
  weights: z
    .record(z.string(), z.array(z.int()))
    .meta({ description: "The shape of each of its parameters: [rows, columns, in, out] of a convolution's." }),
  output_shape: SHAPE.meta({ description: "Images, rows, columns, channels; images, features. null is any number." }),
  parameters: z.int().min(0),
});

export const MODEL_INFO = z
  .object({
    model_type: MODEL_TYPE,
    model_version: VERSION,
    is_current: z.boolean().meta({ description: "Whether it answers where a request names no version." }),
    is_shipped: z.boolean().meta({ description: "Whether these are the weights that ship with the package." }),
    versions: z.array(VERSION).meta({ description: "Which can be named, the shipped weights first." }),
    description: z.string(),
    input: z.object({
      shape: SHAPE.meta({ description: "Images, rows, columns, channels. null is any number." }),
      dtype: z.literal("f32"),
      normalization: z.string().meta({ description: "Of x, a pixel from 0, the paper, to 255, the ink." }),
    }),
    output: z.object({
      shape: SHAPE,
      dtype: z.literal("f32"),
      meaning: z.string(),
    }),
    layers: z.array(LAYER).meta({ description: "From the input to the output." }),
    parameters: z.int().min(0).meta({ description: "Numbers that training has set, of all layers." }),
    accuracy: z
      .object({
        test_accuracy: SHARE,
        val_accuracy: SHARE,
        measured_on: z.string().nullable().meta({ description: "The images that the test accuracy is of." }),
        test_images: z.int().nullable().meta({ description: "How many those are." }),
        method: z.string().meta({ description: "How it was measured." }),
        command: z.string().meta({ description: "What measures it again, where the checkpoint is." }),
      })
      .meta({ description: "The share of images that were read right. null is what the checkpoint does not say." }),
    training: z.object({
      dataset: z.string().nullable(),
      trained_on: z.string().nullable().meta({ description: "How much of the data set." }),
      dataset_sha256: z.string().nullable().meta({ description: "Of the file of its training images." }),
      seed: z.int().nullable(),
      epoch: z.int().nullable().meta({ description: "After which these were the weights, from 1." }),
      run: z.string().nullable().meta({ description: "The run that was promoted to this version." }),
      promoted: z.string().nullable().meta({ description: "When, as ISO 8601." }),
      simdgrad: z.string().nullable().meta({ description: "The version that trained it." }),
      kernels: z.string().nullable().meta({ description: "The kernels that trained it." }),
    }),
    checkpoint: z.object({
      format: z.literal("safetensors"),
      weights_sha256: SHA256.meta({ description: "Of the weights alone, as mnist train prints it." }),
      file_sha256: SHA256.nullable().meta({ description: "Of the whole file, as sha256sum prints it." }),
    }),
    server: z.object({
      simdgrad: z.string(),
      arithmetic: z.string().meta({ description: "How it rounds: equal answers to the bit where this is equal." }),
    }),
  })
  .meta({ id: "ModelInfo" });

export type ModelInfo = z.infer<typeof MODEL_INFO>;
