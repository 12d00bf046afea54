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

/** Of a request. */
const ALL = z.boolean({ error: "must be true or false" }).meta({
  default: false,
  description:
    "Whether every digit of a picture is read, each with its place: a number, a postcode, a sheet of digits.",
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
    is_digit: z
      .boolean()
      .nullable()
      .meta({
        description:
          "Whether the picture shows a digit at all; false where it is blank. Null where the network's checkpoint does not say what " +
          "digits look like: those that mnist train writes do.",
      }),
    reason: z
      .string()
      .nullable()
      .meta({ description: "Why it shows none, as a sentence without a full stop; null where is_digit is not false." }),
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

export const BOX = z
  .object({
    left: z.number().min(0),
    top: z.number().min(0),
    width: z.number().min(0),
    height: z.number().min(0),
  })
  .meta({ id: "Box", description: "Where a digit stands: in pixels of the picture, from its upper left corner." });

export const DIGITS = z
  .object({
    digits: z
      .array(PREDICTION.extend({ box: BOX }))
      .meta({ description: "Every digit, line by line, each from left to right. None where the picture is blank." }),
    ...PREDICTION.pick({ model_type: true, model_version: true, latency_ms: true }).shape,
  })
  .meta({ id: "Digits", description: "All digits of a picture, where `all` was asked for." });

export const DIGITS_OF_SEVERAL = z
  .object({
    predictions: z.array(
      DIGITS.extend({ filename: z.string().meta({ description: "As the request calls the picture." }) }),
    ),
  })
  .meta({ id: "DigitsOfSeveral", description: "All digits of several pictures, in the pictures' order." });

/** The parts of a form; http/read_form.ts reads them. */
export const FORM_REQUEST = z
  .object({
    file: z
      .array(z.file())
      .min(1)
      .meta({ description: "A PNG or JPEG file; several parts of this name are several pictures." }),
    model_type: WHICH_MODEL.optional(),
    all: ALL.optional(),
  })
  .meta({ id: "FormRequest" });

export const BASE64_REQUEST = z
  .object({
    image: z
      .union([z.string(), z.array(z.string()).min(1)], { error: "must be text in base64, or a list of such texts" })
      .meta({ description: "A PNG or JPEG file in base64, or a data URL of one; or a list of them." }),
    model_type: WHICH_MODEL.optional(),
    all: ALL.optional(),
  })
  .meta({ id: "Base64Request" });

export type Prediction = z.infer<typeof PREDICTION>;
export type Digits = z.infer<typeof DIGITS>;
