// The description of /predict and /predict/base64.

import {
  BASE64_REQUEST,
  DIGITS,
  DIGITS_OF_SEVERAL,
  FORM_REQUEST,
  PREDICTION,
  PREDICTIONS,
} from "../../schemas/predict.ts";
import type { Operation } from "../operation.ts";

const ANSWERS = {
  200: {
    description:
      "The digit of one picture; with `all`, every digit of it, each with its place. Of several pictures, a list in their order.",
    content: { "application/json": { anyOf: [PREDICTION, PREDICTIONS, DIGITS, DIGITS_OF_SEVERAL] } },
  },
};
const PROBLEMS = [400, 404, 408, 413, 415, 503];

export const PICTURES: readonly Operation[] = [
  {
    id: "predict",
    method: "post",
    path: "/predict",
    tag: "Pictures",
    summary: "Read the digit in a picture",
    description:
      "PNG or JPEG, of any size, dark on light or light on dark: the digit is found, cropped and centred as MNIST's are. " +
      "Send `file` several times for several pictures at once, and `all=true` to read every digit of a picture: a number, a " +
      "postcode, a sheet of digits.",
    body: { content: { "multipart/form-data": FORM_REQUEST } },
    answers: ANSWERS,
    problems: PROBLEMS,
  },
  {
    id: "predictBase64",
    method: "post",
    path: "/predict/base64",
    tag: "Pictures",
    summary: "Read the digit in a picture that is text",
    description: "For clients that have a data URL, such as a canvas's, or that send JSON alone.",
    body: { content: { "application/json": BASE64_REQUEST } },
    answers: ANSWERS,
    problems: PROBLEMS,
  },
];
