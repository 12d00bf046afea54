// npm run augmentation: what each part of the augmentation buys. The CNN trained for a few epochs without any, with each part
// alone at the strength that the best preset has, and with all of them; then tested on MNIST's test digits as they are, and
// drawn differently.

import { loadMnistTest } from "../data/index.node.ts";
import { decodeCheckpoint } from "../lib/index.ts";
import { enableRelaxedSimd } from "../lib/runtime/relaxed_simd.node.ts";
import { cnn, recipeFor } from "../models/index.ts";
import { CORRUPTIONS, robustnessOf, withNoise } from "./corruptions.ts";
import { meanAndDeviation } from "./mean_and_deviation.ts";
import { parse, readOptions, wholeNumber } from "./options.ts";
import { print } from "./print.ts";
import { trainRun } from "./train_run.ts";

const USAGE = `npm run augmentation -- [options]: what each part of the augmentation buys

  --epochs N   of each run; default 4
  --seeds N    runs of each, whose accuracies are given as mean ± standard deviation; default 1
  --at-once N  runs at the same time, on one thread each; default 2`;

enableRelaxedSimd();
const options = readOptions("augmentation", USAGE, (args) => {
  const text = (byDefault: string) => ({ type: "string", default: byDefault }) as const;
  const values = parse(args, { epochs: text("4"), seeds: text("1"), "at-once": text("2") });
  return {
    epochs: wholeNumber("epochs", values.epochs),
    seeds: wholeNumber("seeds", values.seeds),
    atOnce: wholeNumber("at-once", values["at-once"]),
  };
});

const { augment } = recipeFor("cnn", "best", {});
const parts = Object.entries(augment).filter(([, most]) => most > 0);
const sides = [
  { name: "none", on: [] as string[] },
  ...parts.map(([name, most]) => ({ name: `${name} ${most}`, on: [name] })),
  { name: "all of them", on: parts.map(([name]) => name) },
];
const { test } = await loadMnistTest();
const noisy = withNoise(test);
const jobs = sides.flatMap((side, i) => Array.from({ length: options.seeds }, (_, seed) => ({ ...side, i, seed })));
const found: number[][][] = sides.map(() => []);
await Promise.all(
  Array.from({ length: options.atOnce }, async () => {
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      const { i, on, seed } = job;
      const strengths = parts.flatMap(([name, most]) => [`--${name}`, on.includes(name) ? String(most) : "0"]);
      const flags = ["--preset", "best", "--epochs", String(options.epochs), "--seed", String(seed), ...strengths];
      const { weights } = await trainRun(flags, null);
      const model = cnn();
      decodeCheckpoint(model, weights, "model.safetensors");
      const { accuracies, mean } = robustnessOf(model, test, noisy);
      found[i].push([...accuracies, mean]);
    }
  }),
);

const columns = ["", ...sides.map(({ name }) => name)];
const rows = [...CORRUPTIONS.map(({ name }) => name), "mean of the ten"].map((name, row) => [
  name,
  ...found.map((runs) =>
    meanAndDeviation(
      runs.map((run) => 100 * run[row]),
      2,
    ),
  ),
]);
print(`test accuracy in %, ${options.epochs} epochs, ${options.seeds} seed(s)\n`);
for (const cells of [columns, ...rows]) {
  print(cells.map((cell, i) => (i === 0 ? cell.padEnd(22) : cell.padStart(14))).join(""));
}
