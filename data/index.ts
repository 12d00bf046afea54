// Digits and pictures, wherever JavaScript runs: `import { preprocessDigit } from "simdgrad/data"`.

export { DIGIT_CLASSES, type DigitSet, MNIST_MEAN, MNIST_NORMALIZATION, MNIST_STD } from "./mnist.ts";
export { type PreprocessedDigit, preprocessDigit } from "./preprocess.ts";
export { Drawing, PAPER_SIDE, PEN_WIDTH, type Point, pictureOf, type Stroke, smooth } from "./strokes.ts";
export { type SyntheticOptions, syntheticDigits, syntheticDigitsAsync } from "./synthetic.ts";
