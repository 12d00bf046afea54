// npm run robustness: how a network reads MNIST's test digits when they are drawn differently: moved, smaller, larger, turned,
// slanted, in thin and in thick strokes, noisy. Accuracy for each, and the mean over all.

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { loadMnistTest } from "../data/index.node.ts";
import { CheckpointError, decodeCheckpoint, setThreads } from "../lib/index.ts";
import { enableRelaxedSimd } from "../lib/runtime/relaxed_simd.node.ts";
import { cnn, linear } from "../models/index.ts";
import { CORRUPTIONS, robustnessOf, withNoise } from "./corruptions.ts";
import { parse, readOptions } from "./options.ts";
import { print } from "./print.ts";

const USAGE = `npm run robustness -- [options]: accuracy on test digits drawn differently

  --checkpoints A,B  safetensors files of the linear model or the CNN; default: the shipped ones
  --json             the results as JSON`;

const SHIPPED = ["linear", "cnn"].map((name) => `models/pretrained/${name}.safetensors`).join(",");

enableRelaxedSimd();
const options = readOptions("robustness", USAGE, (args) =>
  parse(args, { checkpoints: { type: "string", default: SHIPPED }, json: { type: "boolean", default: false } }),
);
await setThreads("auto");
const { test } = await loadMnistTest();
const noisy = withNoise(test);
const files = options.checkpoints.split(",");
const found = files.map((file) => robustnessOf(modelOf(file), test, noisy));
const rows = CORRUPTIONS.map(({ name }, i) => ({ name, accuracies: found.map(({ accuracies }) => accuracies[i]) }));
const mean = found.map((each) => each.mean);
if (options.json) {
  print(JSON.stringify({ files, rows, mean }));
} else {
  const line = (name: string, cells: readonly string[]): string =>
    `${name.padEnd(22)}${cells.map((cell) => cell.padStart(20)).join("")}`;
  const percent = (value: number): string => `${(100 * value).toFixed(2)} %`;
  print(
    line(
      "",
      files.map((file) => basename(file, ".safetensors").slice(-19)),
    ),
  );
  for (const { name, accuracies } of rows) print(line(name, accuracies.map(percent)));
  print(line("mean of the ten", mean.map(percent)));
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
