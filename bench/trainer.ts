// npm run bench:trainer: the Trainer, which loads, shuffles, counts and lets the event loop in, against the bare
// training step of ./training_step.ts, in turns, so that a shared machine slows both.

import process from "node:process";
import { syntheticDigits } from "../data/index.ts";
import type { TrainerOptions } from "../lib/index.ts";
import * as library from "../lib/index.ts";
import { enableRelaxedSimd } from "../lib/runtime/relaxed_simd.node.ts";
import * as models from "../models/index.ts";
import { quantile } from "./figure.ts";
import { parse, readOptions, wholeNumber } from "./options.ts";
import { print } from "./print.ts";
import { trainingStep } from "./training_step.ts";

const { Adam, runtimeInfo, scope, setThreads, Trainer } = library;

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
const trained =
  (more: Partial<TrainerOptions> = {}) =>
  async (): Promise<void> => {
    const options = { optimizer, epochs: 1, batchSize: BATCH, onStep: () => {}, ...more };
    await new Trainer(model, options).fit(digits, validation);
  };
/** With what the longer presets add. Statistics are recomputed once per epoch, from as large a part as the program takes. */
const augment = { rotate: 10, shift: 1.5, scale: 0.1, shear: 0.1 };
const average = { decay: 0.999, calibration: Math.ceil((5000 / 55_000) * steps * BATCH) };
const median = (numbers: readonly number[]): number => quantile(numbers, 0.5);

const bareCosts: Cost[] = [];
const rows = [
  { name: "Trainer", work: trained(), costs: [] as Cost[] },
  { name: "with augmentation", work: trained({ augment }), costs: [] as Cost[] },
  { name: "and weight averaging", work: trained({ augment, average }), costs: [] as Cost[] },
];
for (const work of [stepped, ...rows.map((row) => row.work)]) await work();
for (let round = 0; round < rounds; round++) {
  // In turns, and neither always first.
  if (round % 2 === 0) bareCosts.push(await costOf(stepped));
  for (const { work, costs } of rows) costs.push(await costOf(work));
  if (round % 2 === 1) bareCosts.push(await costOf(stepped));
}
const { variant, threads: taking } = runtimeInfo();
print(`CNN, batch ${BATCH}, ${taking} thread(s), ${variant} kernels, medians of ${rounds} rounds of ${steps} steps`);
for (const [what, unit] of [
  ["wallMs", "images/s"],
  ["cpuMs", "images a second of processor time"],
] as const) {
  const speed = (costs: Cost[]): string => median(costs.map((cost) => (1000 * steps * BATCH) / cost[what])).toFixed(0);
  const ratio = (costs: Cost[]): string =>
    `${(100 * median(bareCosts.map((bare, i) => bare[what] / costs[i][what]))).toFixed(1)} %`;
  const cells = rows.map(({ name, costs }) => `${name} ${speed(costs)}, ${ratio(costs)} of it`);
  print(`${unit}: bare step ${speed(bareCosts)}; ${cells.join("; ")}`);
}
