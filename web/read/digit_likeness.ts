// What says whether a picture shows a digit at all: loaded for weights that have such a measure.

export { readDigitLikeness } from "../../models/index.ts";
