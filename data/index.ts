// Digits and pictures, wherever JavaScript runs: `import { preprocessDigit } from "simdgrad/data"`.

export { type PreprocessedDigit, preprocessDigit } from "./preprocess.ts";
export { type SyntheticOptions, syntheticDigits, syntheticDigitsAsync } from "./synthetic.ts";
