// npm run robustness: how networks read digits that are drawn, scanned and enlarged differently: moved, smaller, larger, turned,
// slanted, in thin and in thick strokes, noisy; and through the preprocessing, as a user's pictures of another collection
// would come. Of the training images' validation block it is what presets are chosen by; of the test images, what is reported.

import { basename } from "node:path";
import { loadMnist } from "../data/index.node.ts";
import type { DigitSet } from "../data/index.ts";
import { evaluate, setThreads } from "../lib/index.ts";
import { enableRelaxedSimd } from "../lib/runtime/relaxed_simd.node.ts";
import { CORRUPTIONS, robustnessOf, withNoise } from "./corruptions.ts";
import { type NetworkFile, readNetwork, SHIPPED } from "./network_file.ts";
import { parse, readOptions, wholeNumber } from "./options.ts";
import { print } from "./print.ts";
import { SHIFTS, shifted } from "./shifts.ts";

const USAGE = `npm run robustness -- [options]: accuracy on digits drawn, scanned and enlarged differently

  --checkpoints A,B  safetensors files of the networks; default: the shipped ones
  --validation N     on a contiguous block of N training images, as mnist train --validation N --split contiguous --seed 0
                     sets them apart; default: on the test images
  --limit N          the first N of them; of those that go through the preprocessing 500 at most, by default
  --json             the results as JSON`;

const BATCH = 256;
/** The preprocessing of a canvas takes milliseconds. */
const MOST_PICTURES = 500;

enableRelaxedSimd();
const options = readOptions("robustness", USAGE, (args) => {
  const { checkpoints, validation, limit, json } = parse(args, {
    checkpoints: { type: "string", default: SHIPPED },
    ...{ validation: { type: "string" }, limit: { type: "string" }, json: { type: "boolean", default: false } },
  });
  const number = (name: string, text: string | undefined) => (text === undefined ? null : wholeNumber(name, text));
  return { checkpoints, validation: number("validation", validation), limit: number("limit", limit), json };
});
await setThreads("auto");
const digits = await digitsAskedFor();
const noisy = withNoise(digits);
const networks = options.checkpoints.split(",").map(readNetwork);
const files = networks.map(({ file }) => file);
const found = networks.map(({ network }) => robustnessOf(network, digits, noisy));
const corruptions = CORRUPTIONS.map(({ name }, i) => ({
  name,
  accuracies: found.map(({ accuracies }) => accuracies[i]),
}));
const pictures = digits.take(options.limit ?? MOST_PICTURES);
const shifts = SHIFTS.map((shift) => ({
  name: shift.name,
  accuracies: accuraciesOf(networks, shifted(pictures, shift)),
}));
await setThreads(1);

const mean = found.map((each) => each.mean);
const meanOfShifts = networks.map(
  (_, n) => shifts.slice(1).reduce((sum, { accuracies }) => sum + accuracies[n], 0) / (shifts.length - 1),
);
const images = { name: digits.name, images: digits.size, pictures: pictures.size };
if (options.json) print(JSON.stringify({ files, ...images, rows: corruptions, mean, shifts, meanOfShifts }));
else printTables();

async function digitsAskedFor(): Promise<DigitSet> {
  const { validation: count, limit } = options;
  const { validation, test } = await loadMnist({ validation: count ?? 0, split: "contiguous", seed: 0 });
  const set = count === null ? test : validation;
  return limit === null ? set : set.take(limit);
}

function accuraciesOf(networks: readonly NetworkFile[], set: DigitSet): number[] {
  return networks.map(({ network }) => evaluate(network, set, { batchSize: BATCH }).accuracy);
}

function printTables(): void {
  const line = (name: string, cells: readonly string[]): void =>
    print(`${name.padEnd(30)}${cells.map((cell) => cell.padStart(20)).join("")}`);
  const percent = (value: number): string => `${(100 * value).toFixed(2)} %`;
  const rows = (those: readonly { name: string; accuracies: readonly number[] }[]): void => {
    for (const { name, accuracies } of those) line(name, accuracies.map(percent));
  };
  print(`${digits.name}: ${digits.size} images`);
  line("", files.map((file) => basename(file, ".safetensors").slice(-19))); // biome-ignore format: one line
  rows(corruptions);
  line("mean of the ten", mean.map(percent));
  print(`\nthrough the preprocessing, ${pictures.size} pictures`);
  rows(shifts);
  line("mean of those but the first", meanOfShifts.map(percent));
}
