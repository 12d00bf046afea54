// npm run accuracy: what a preset reaches on MNIST's test images, over several seeds: each run is `mnist train`, whose checkpoint was
// chosen on the validation images, so the test images have no say in it.

import process from "node:process";
import { MODEL_NAMES, PRESETS } from "../models/index.ts";
import { meanAndDeviation } from "./mean_and_deviation.ts";
import { oneOf, parse, readOptions, wholeNumber } from "./options.ts";
import { print } from "./print.ts";
import { type Outcome, trainRun } from "./train_run.ts";

const USAGE = `npm run accuracy -- [options]: test accuracy of a preset over several seeds

  --model ${MODEL_NAMES.join("|").padEnd(22)} default cnn
  --preset ${PRESETS.join("|").padEnd(21)} default standard
  --seeds N                      seeds 0 … N − 1; default 5
  --at-once N                    runs at the same time, on one thread each; default 2
  --out DIR                      keep the runs there; default: they are removed
  -- FLAGS                       more flags of mnist train, such as --elastic 1`;

const cut = process.argv.indexOf("--", 2);
const more = cut < 0 ? [] : process.argv.splice(cut).slice(1);
const options = readOptions("accuracy", USAGE, (args) => {
  const text = (byDefault: string) => ({ type: "string", default: byDefault }) as const;
  const values = parse(args, {
    ...{ model: text("cnn"), preset: text("standard"), seeds: text("5"), "at-once": text("2") },
    out: { type: "string" },
  });
  return {
    model: oneOf("model", MODEL_NAMES, values.model),
    preset: oneOf("preset", PRESETS, values.preset),
    seeds: wholeNumber("seeds", values.seeds),
    atOnce: wholeNumber("at-once", values["at-once"]),
    out: values.out ?? null,
  };
});

const outcomes: Outcome[] = [];
let next = 0;
await Promise.all(
  Array.from({ length: options.atOnce }, async () => {
    while (next < options.seeds) {
      const seed = next++;
      const flags = ["--model", options.model, "--preset", options.preset, "--seed", String(seed), ...more];
      outcomes[seed] = await trainRun(flags, options.out);
      const { validation, test } = outcomes[seed];
      print(`seed ${seed}: test ${percent(test)}, validation ${percent(validation)}`);
    }
  }),
);
const flags = more.length > 0 ? ` ${more.join(" ")}` : "";
print(
  `${options.model}, ${options.preset}${flags}, ${options.seeds} seeds: test ${summary(({ test }) => test)}; ` +
    `validation ${summary(({ validation }) => validation)}`,
);

function percent(part: number): string {
  return `${(100 * part).toFixed(2)} %`;
}

function summary(of: (outcome: Outcome) => number): string {
  return `${meanAndDeviation(
    outcomes.map((outcome) => 100 * of(outcome)),
    3,
  )} %`;
}
