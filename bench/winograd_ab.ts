// npm run winograd-ab: does Winograd cost accuracy? The CNN trained with it and without, several seeds each: without means a library
// built from the same sources whose table (lib/ops/conv_algorithm.ts) gives those layers to im2col, one layer after another.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { build, type Plugin } from "esbuild";
import { enableRelaxedSimd } from "../lib/runtime/relaxed_simd.node.ts";
import { quantile } from "./figure.ts";
import { parse, readOptions, wholeNumber } from "./options.ts";
import { print } from "./print.ts";

type Library = typeof import("../lib/index.ts") &
  typeof import("../models/index.ts") &
  typeof import("../data/index.node.ts");

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

mkdirSync("build", { recursive: true });
const folder = mkdtempSync(resolve("build", "winograd-ab-"));
try {
  const sides = [
    { name: "with Winograd", library: await load(true), accuracies: [] as number[] },
    { name: "without", library: await load(false), accuracies: [] as number[] },
  ];
  for (let seed = 0; seed < options.seeds; seed++) {
    for (const { name, library, accuracies } of sides) {
      const { accuracy, seconds } = await train(library, seed);
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
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The library, the models and the data, each side a separate module. */
async function load(hasWinograd: boolean): Promise<Library> {
  const outfile = join(folder, hasWinograd ? "with.mjs" : "without.mjs");
  const entries = ["lib", "models", "data"].map(
    (name) => `export * from ${JSON.stringify(resolve(name, "index.ts"))};`,
  );
  await build({
    stdin: { contents: entries.join("\n"), resolveDir: ".", loader: "ts" },
    ...{ outfile, bundle: true, format: "esm", platform: "node", target: "node20", packages: "external" },
    plugins: hasWinograd ? [] : [withoutWinograd()],
  });
  return import(outfile);
}

function withoutWinograd(): Plugin {
  const contents = `
    import { grayConv } from "./conv2d_gray.ts";
    import { im2colConv } from "./conv2d_im2col.ts";
    export const convAlgorithm = ({ cin, kh, stride, padding, cout }) =>
      cin === 1 && kh === 3 && stride === 1 && padding === 1 && cout % 4 === 0 ? grayConv : im2colConv;`;
  return {
    name: "without-winograd",
    setup({ onLoad }) {
      const resolveDir = resolve("lib/ops");
      onLoad({ filter: /[\\/]conv_algorithm\.ts$/ }, () => ({ contents, resolveDir, loader: "ts" }));
    },
  };
}

async function train(library: Library, seed: number): Promise<{ accuracy: number; seconds: number }> {
  const { AdamW, cnn, evaluate, loadMnist, oneCycleLr, setThreads, Trainer } = library;
  await setThreads(options.threads);
  const { train: all, test } = await loadMnist();
  const [data, validation] = all.take(options.limit).split(1, { seed });
  const model = cnn({ seed });
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
