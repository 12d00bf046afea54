// What /predict and /predict/base64 take and answer.

import * as z from "zod";
import { MODEL_NAMES } from "../../models/index.ts";

export const MODEL_TYPE = z.enum(MODEL_NAMES as [string, ...string[]]).meta({ description: "Which network reads it." });

export const PREDICTION = z
  .object({
    predicted_class: z
      .int()
      .min(0)
      .max(9)
      .nullable()
      .meta({ description: "The digit; null where the picture is blank." }),
    confidence: z.number().min(0).max(1).nullable().meta({ description: "The probability of that digit." }),
    probabilities: z
      .array(z.number().min(0).max(1))
      .length(10)
      .nullable()
      .meta({ description: "Of each digit, 0 to 9. They add up to 1." }),
    model_type: MODEL_TYPE,
    model_version: z
      .string()
      .regex(/^\d+$/)
      .meta({ description: "The number of mnist promote; 0 is the weights that ship with the package." }),
    latency_ms: z
      .number()
      .min(0)
      .meta({ description: "Milliseconds from the body's last byte to the answer: decoding, waiting, network." }),
    warnings: z
      .array(z.string())
      .meta({ description: "What makes the answer doubtful: several marks, low contrast, a digit at the border." }),
  })
  .meta({ id: "Prediction" });

export const PREDICTIONS = z
  .object({ predictions: z.array(PREDICTION.extend({ filename: z.string() })) })
  .meta({ id: "Predictions", description: "Of several pictures, in their order." });

export const BASE64_REQUEST = z
  .object({
    image: z
      .union([z.string(), z.array(z.string()).min(1)])
      .meta({ description: "A PNG or JPEG file in base64, or a data URL of one; or a list of them." }),
    model_type: MODEL_TYPE.optional(),
  })
  .meta({ id: "Base64Request" });

export type Prediction = z.infer<typeof PREDICTION>;
export type Predictions = z.infer<typeof PREDICTIONS>;
