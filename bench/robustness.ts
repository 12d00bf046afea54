// npm run robustness: how a network reads MNIST's test digits when they are drawn otherwise: moved, smaller, larger, turned,
// slanted, in thin and in thick strokes, noisy. Accuracy for each, and the mean over all.

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { enableRelaxedSimd } from "../cli/load/relaxed_simd.ts";
import { loadMnist } from "../data/index.ts";
import {
  CheckpointError,
  Dataset,
  type Distortion,
  decodeCheckpoint,
  evaluate,
  rand,
  setThreads,
  tensor,
} from "../lib/index.ts";
import { cnn, linear } from "../models/index.ts";
import { parse, readOptions } from "./options.ts";

const USAGE = `npm run robustness -- [options]: accuracy on test digits drawn otherwise

  --checkpoints A,B  safetensors files of the linear model or the CNN; default: the shipped ones
  --json             the results as JSON`;

const BATCH = 256;
const SHIPPED = ["linear", "cnn"].map((name) => `models/pretrained/${name}.safetensors`).join(",");
/** A quarter of full scale, the most by which noise changes a pixel. */
const NOISE = 64;

interface Corruption {
  name: string;
  /** One set of pictures each; the accuracy is the mean over them. */
  distortions: readonly Distortion[];
  isNoisy?: boolean;
}

const EIGHT = [-1, 0, 1].flatMap((x) => [-1, 0, 1].map((y) => [x, y])).filter(([x, y]) => x || y);
const moved = (pixels: number): Distortion[] => EIGHT.map(([x, y]) => ({ shiftX: x * pixels, shiftY: y * pixels }));
const both = (make: (sign: number) => Distortion): Distortion[] => [make(-1), make(1)];
const sized = (scale: number): Distortion[] => [{ scaleX: scale, scaleY: scale }];

const CORRUPTIONS: readonly Corruption[] = [
  { name: "as they are", distortions: [{}] },
  { name: "moved by 2 pixels", distortions: moved(2) },
  { name: "moved by 4 pixels", distortions: moved(4) },
  { name: "0.75 times as large", distortions: sized(0.75) },
  { name: "1.2 times as large", distortions: sized(1.2) },
  { name: "turned by 15°", distortions: both((sign) => ({ rotate: 15 * sign })) },
  { name: "turned by 30°", distortions: both((sign) => ({ rotate: 30 * sign })) },
  { name: "slanted by 0.3", distortions: both((sign) => ({ shear: 0.3 * sign })) },
  { name: "thin strokes", distortions: [{ thickness: -0.6 }] },
  { name: "thick strokes", distortions: [{ thickness: 0.8 }] },
  { name: "noise of a quarter", distortions: [{}], isNoisy: true },
];

enableRelaxedSimd();
const options = readOptions("robustness", USAGE, (args) =>
  parse(args, { checkpoints: { type: "string", default: SHIPPED }, json: { type: "boolean", default: false } }),
);
await setThreads("auto");
const { test } = await loadMnist();
const noisy = withNoise(test);
const files = options.checkpoints.split(",");
const models = files.map(modelOf);
const rows = CORRUPTIONS.map(({ name, distortions, isNoisy }) => ({
  name,
  accuracies: models.map((model) => {
    const each = distortions.map(
      (distort) => evaluate(model, isNoisy ? noisy : test, { batchSize: BATCH, distort }).accuracy,
    );
    return each.reduce((sum, value) => sum + value, 0) / each.length;
  }),
}));
// Undistorted pictures are not a corruption.
const mean = models.map((_, m) => rows.slice(1).reduce((sum, row) => sum + row.accuracies[m], 0) / (rows.length - 1));
if (options.json) {
  console.log(JSON.stringify({ files, rows, mean }));
} else {
  const line = (name: string, cells: readonly string[]): string =>
    `${name.padEnd(22)}${cells.map((cell) => cell.padStart(20)).join("")}`;
  const percent = (value: number): string => `${(100 * value).toFixed(2)} %`;
  console.log(
    line(
      "",
      files.map((file) => basename(file, ".safetensors").slice(-19)),
    ),
  );
  for (const { name, accuracies } of rows) console.log(line(name, accuracies.map(percent)));
  console.log(line("mean of the ten", mean.map(percent)));
}
await setThreads(1);

function modelOf(file: string): ReturnType<typeof cnn> {
  const bytes = readFileSync(file);
  const errors: unknown[] = [];
  for (const make of [cnn, linear]) {
    const model = make({ seed: 0 });
    try {
      decodeCheckpoint(model, bytes, basename(file));
      return model;
    } catch (error) {
      errors.push(error);
    }
  }
  const reasons = errors.map((error) => (error as Error).message);
  // Damaged, whatever it was.
  if (reasons[0] === reasons[1]) throw errors[0];
  throw new CheckpointError(
    `robustness: ${file} is neither the CNN (${reasons[0]}) nor the linear model (${reasons[1]})`,
  );
}

function withNoise({ name, images, labels }: Dataset): Dataset {
  const noise = rand(images.shape, { seed: 1, low: -NOISE, high: NOISE });
  const { data } = noise;
  const pixels = Uint8ClampedArray.from(images.data, (value, i) => value + data[i]);
  noise.dispose();
  return new Dataset({ name: `${name}, noisy`, images: tensor(new Uint8Array(pixels), images.shape, "u8"), labels });
}
