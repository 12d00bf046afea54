// npm run winograd-ab: does Winograd cost accuracy? The CNN trained with it and without, several seeds each: without means within
// exact(), by the definition and one layer after another.

import { loadMnist } from "../data/index.node.ts";
import { AdamW, evaluate, exact, Module, oneCycleLr, setThreads, type Tensor, Trainer } from "../lib/index.ts";
import { enableRelaxedSimd } from "../lib/runtime/relaxed_simd.node.ts";
import { cnn } from "../models/index.ts";
import { quantile } from "./figure.ts";
import { parse, readOptions, wholeNumber } from "./options.ts";
import { print } from "./print.ts";

const USAGE = `npm run winograd-ab -- [options]: test accuracy of the CNN on MNIST with and without Winograd

  --seeds N     how many runs of each; default 3
  --epochs N    of each run; default 3
  --limit N     only the first N training pictures
  --threads N   default: all processors`;

const BATCH = 64;
const ALL = 60_000;
const [MAX_LR, BETAS] = [2e-2, [0.8, 0.95]] as const;

enableRelaxedSimd();
const options = readOptions("winograd-ab", USAGE, (args) => {
  const text = { type: "string" } as const;
  const values = parse(args, { seeds: text, epochs: text, limit: text, threads: text });
  return {
    seeds: wholeNumber("seeds", values.seeds ?? "3"),
    epochs: wholeNumber("epochs", values.epochs ?? "3"),
    limit: wholeNumber("limit", values.limit ?? String(ALL)),
    threads: values.threads === undefined ? ("auto" as const) : wholeNumber("threads", values.threads),
  };
});

/** A network whose convolutions go by their definition. */
class Exact extends Module {
  constructor(readonly network: Module) {
    super();
  }

  override forward(x: Tensor): Tensor<"f32"> {
    return exact(() => this.network.forward(x) as Tensor<"f32">);
  }
}

const sides = [
  { name: "with Winograd", hasWinograd: true, accuracies: [] as number[] },
  { name: "without", hasWinograd: false, accuracies: [] as number[] },
];
for (let seed = 0; seed < options.seeds; seed++) {
  for (const { name, hasWinograd, accuracies } of sides) {
    const { accuracy, seconds } = await train(hasWinograd, seed);
    accuracies.push(accuracy);
    print(`seed ${seed}, ${name.padEnd(13)}  ${(100 * accuracy).toFixed(2)} %  ${seconds.toFixed(0)} s`);
  }
}
const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
for (const { name, accuracies } of sides) {
  const mean = meanOf(accuracies);
  const spread = `${(100 * quantile(accuracies, 0)).toFixed(2)} to ${(100 * quantile(accuracies, 1)).toFixed(2)} %`;
  print(`${name.padEnd(13)}  mean ${(100 * mean).toFixed(3)} %, ${spread}`);
}
// The same seed draws the same weights, order and dropout on both sides.
const [own, others] = sides.map(({ accuracies }) => accuracies);
const differences = own.map((value, seed) => 100 * (value - others[seed]));
const mean = meanOf(differences);
const deviation = Math.sqrt(differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / (differences.length - 1));
print(`difference, seed by seed: mean ${mean.toFixed(3)} points, standard deviation ${deviation.toFixed(3)}`);

async function train(hasWinograd: boolean, seed: number): Promise<{ accuracy: number; seconds: number }> {
  await setThreads(options.threads);
  const { train: all, test } = await loadMnist();
  const [data, validation] = all.take(options.limit).split(1, { seed });
  const model = hasWinograd ? cnn({ seed }) : new Exact(cnn({ seed }));
  const totalSteps = options.epochs * Math.ceil(data.size / BATCH);
  const started = performance.now();
  await new Trainer(model, {
    optimizer: new AdamW(model.parameters(), { lr: MAX_LR, betas: BETAS }),
    schedule: oneCycleLr({ maxLr: MAX_LR, totalSteps }),
    ...{ epochs: options.epochs, batchSize: BATCH, seed, labelSmoothing: 0.05, restoreBest: false },
  }).fit(data, validation);
  const seconds = (performance.now() - started) / 1000;
  const { accuracy } = evaluate(model, test);
  await setThreads(1);
  return { accuracy, seconds };
}
