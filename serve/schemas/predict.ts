// What /predict and /predict/base64 take and answer.

import * as z from "zod";
import { DEFAULT_MODEL, MODEL_NAMES } from "../../models/index.ts";

export const MODEL_TYPE = z
  .enum(MODEL_NAMES as [string, ...string[]])
  .meta({ id: "ModelType", description: "A network, by its name." });

/** Of a request: a name that no network has is a 404 wherever it stands, so the schema takes any. */
const WHICH_MODEL = z.string().meta({
  enum: MODEL_NAMES,
  default: DEFAULT_MODEL,
  description: `Which network reads the pictures; ${DEFAULT_MODEL} where none is named.`,
});

export const VERSION = z
  .string()
  .regex(/^\d+$/)
  .meta({ description: "The number of mnist promote; 0 is the weights that ship with the package." });

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
    model_version: VERSION,
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
  .object({
    predictions: z.array(
      PREDICTION.extend({ filename: z.string().meta({ description: "As the request calls the picture." }) }),
    ),
  })
  .meta({ id: "Predictions", description: "Of several pictures, in their order." });

/** The parts of a form; http/read_form.ts reads them. */
export const FORM_REQUEST = z
  .object({
    file: z
      .array(z.file())
      .min(1)
      .meta({ description: "A PNG or JPEG file; several parts of this name are several pictures." }),
    model_type: WHICH_MODEL.optional(),
  })
  .meta({ id: "FormRequest" });

export const BASE64_REQUEST = z
  .object({
    image: z
      .union([z.string(), z.array(z.string()).min(1)], { error: "must be text in base64, or a list of such texts" })
      .meta({ description: "A PNG or JPEG file in base64, or a data URL of one; or a list of them." }),
    model_type: WHICH_MODEL.optional(),
  })
  .meta({ id: "Base64Request" });

export type Prediction = z.infer<typeof PREDICTION>;
export type Predictions = z.infer<typeof PREDICTIONS>;
