// Digits and pictures, wherever JavaScript runs: `import { preprocessDigit } from "simdgrad/data"`.

export {
  DIGIT_CLASSES,
  type DigitSet,
  MNIST_FILES,
  MNIST_MEAN,
  MNIST_NORMALIZATION,
  MNIST_SAMPLE_FILES,
  MNIST_STD,
  type MnistFile,
  type MnistFiles,
  type MnistRole,
} from "./mnist.ts";
export { preprocessDigit } from "./preprocess.ts";
export { type DigitsReading, type LocatedDigit, type PictureBox, preprocessDigits } from "./preprocess_all.ts";
export { type DigitReading, type PreprocessedDigit, preprocessPlain } from "./preprocess_plain.ts";
export { type ReadMnistFiles, type ReadMnistOptions, readMnist } from "./read_mnist.ts";
export { readingLines } from "./reading_lines.ts";
export { mayBeSeveral, namingWayToAll } from "./several_digits.ts";
export { Drawing, PAPER_SIDE, PEN_WIDTH, type Point, pictureOf, type Stroke, smooth } from "./strokes.ts";
export { type SyntheticOptions, syntheticDigits, syntheticDigitsAsync } from "./synthetic.ts";
