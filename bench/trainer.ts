// npm run bench:trainer: the Trainer, which loads, shuffles, counts and lets the event loop in, against the bare
// training step of ./training_step.ts, in turns, so that a shared machine slows both.

import process from "node:process";
import { enableRelaxedSimd } from "../cli/relaxed_simd.ts";
import * as library from "../lib/index.ts";
import * as models from "../models/index.ts";
import { parse, readOptions, wholeNumber } from "./options.ts";
import { trainingStep } from "./training_step.ts";

const { Adam, runtimeInfo, scope, setThreads, syntheticDigits, Trainer } = library;

const BATCH = 64;

const USAGE = `npm run bench:trainer -- [options]: the Trainer against the bare training step

  --rounds N   how often each is timed; default 15
  --steps N    training steps each time; default 25
  --threads N  default 1`;

const { rounds, steps, threads } = readOptions("bench:trainer", USAGE, (args) => {
  const text = (byDefault: string) => ({ type: "string", default: byDefault }) as const;
  const values = parse(args, { rounds: text("15"), steps: text("25"), threads: text("1") });
  return {
    rounds: wholeNumber("rounds", values.rounds),
    steps: wholeNumber("steps", values.steps),
    threads: wholeNumber("threads", values.threads),
  };
});

enableRelaxedSimd();
await setThreads(threads);
const digits = syntheticDigits({ count: steps * BATCH });
const validation = digits.take(1);
const model = models.cnn({ seed: 0 });
const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
const bare = trainingStep({ library, models }, "cnn", BATCH);

interface Cost {
  wallMs: number;
  /** What the system gave the process, which others on the machine change less. Waiting threads spin, and count. */
  cpuMs: number;
}

async function costOf(work: () => void | Promise<void>): Promise<Cost> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  await work();
  const wallMs = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs, cpuMs: (user + system) / 1000 };
}

const stepped = (): void => {
  for (let i = 0; i < steps; i++) scope(bare.run);
};
const trained = async (): Promise<void> => {
  await new Trainer(model, { optimizer, epochs: 1, batchSize: BATCH, onStep: () => {} }).fit(digits, validation);
};
const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

stepped();
await trained();
const bareCosts: Cost[] = [];
const trainerCosts: Cost[] = [];
for (let round = 0; round < rounds; round++) {
  // In turns, and neither always first.
  if (round % 2 === 0) bareCosts.push(await costOf(stepped));
  trainerCosts.push(await costOf(trained));
  if (round % 2 === 1) bareCosts.push(await costOf(stepped));
}
const { variant, threads: taking } = runtimeInfo();
console.log(
  `CNN, batch ${BATCH}, ${taking} thread(s), ${variant} kernels, medians of ${rounds} rounds of ${steps} steps`,
);
for (const [what, unit] of [
  ["wallMs", "images/s"],
  ["cpuMs", "images a second of processor time"],
] as const) {
  const speed = (costs: Cost[]): string => median(costs.map((cost) => (1000 * steps * BATCH) / cost[what])).toFixed(0);
  const ratio = median(bareCosts.map((bare, i) => bare[what] / trainerCosts[i][what]));
  console.log(
    `bare step ${speed(bareCosts)}, Trainer ${speed(trainerCosts)} ${unit}: ${(100 * ratio).toFixed(1)} % of the bare step`,
  );
}
