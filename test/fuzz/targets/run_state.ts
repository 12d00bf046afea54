// What a run's state says of the run: its plan, its test set and its logs, the digest made anew.
//
// Garbage: a plan that no command could have asked for: an unknown network, optimizer, schedule or setting, numbers outside of
// their ranges, times that are none; one that gives no optimizer or schedule; sizes of logs that are none.

import { CheckpointError } from "../../../lib/base/errors.ts";
import { Flatten, Linear, Sequential } from "../../../lib/index.ts";
import { makeOptimizer, makeSchedule } from "../../../models/experiment.ts";
import { isModelName, OPTIMIZERS, PRESETS, recipeFor, SCHEDULES } from "../../../models/index.ts";
import { type RunExtras, readRunState } from "../../../store/runs/run_state.ts";
import { fileWith, fuzzFolder } from "../in_folder.ts";
import { mutateBytes } from "../mutate_bytes.ts";
import { mutateJson } from "../mutate_json.ts";
import type { Random } from "../random.ts";
import type { FuzzTarget } from "../target.ts";
import { honestParts, signed } from "./state.ts";

export const target: FuzzTarget<RunExtras> = {
  name: "run_state",
  errors: [CheckpointError],
  mutate: (random) => {
    const run = runOf(random);
    const [tensors, texts] = honestParts();
    texts.model = random.oneIn(12) ? random.pick(["cnn", "", "__proto__"]) : run.plan.model;
    texts.run = random.oneIn(8) ? JSON.stringify(run) : mutateJson(random, run);
    const file = signed(tensors, texts);
    return random.oneIn(20) ? mutateBytes(random, file) : file;
  },
  read: (input) => {
    fileWith("state.safetensors", input);
    return readRunState(fuzzFolder()).extras;
  },
  garbage: ({ spec, maxSeconds, testSet, logSizes }) => {
    const { model, recipe, seed, patience, limit, started, resumed } = spec;
    const isCount = (value: number | null): boolean => value === null || (Number.isSafeInteger(value) && value >= 0);
    if (!isModelName(model)) return "an unknown network";
    if (!OPTIMIZERS.includes(recipe.optimizer) || !SCHEDULES.includes(recipe.schedule)) return "an unknown word";
    if (![seed, patience, limit, testSet.size, logSizes.metrics, logSizes.events].every(isCount))
      return "a strange count";
    if (maxSeconds !== null && !(maxSeconds >= 0)) return "a limit of time that is none";
    if (![started, ...resumed].every((time) => Number.isFinite(Date.parse(time)))) return "a time that is none";
    const { preset, ...settings } = recipe;
    const again = recipeFor(model, preset, settings);
    if (Object.keys(again).length !== Object.keys(recipe).length) return "a recipe of other settings";
    makeOptimizer(NETWORK, recipe);
    const rate = makeSchedule(recipe, recipe.epochs * 10)(0);
    return Number.isFinite(rate) && rate >= 0 ? null : "a learning rate that is none";
  },
  describe: ({ spec: { model, recipe } }) => `${model}, ${recipe.epochs} epochs of ${recipe.optimizer}`,
  leastRefusals: 3,
};

const NETWORK = new Sequential({ flatten: new Flatten(), fc: new Linear(4, 3) }, { seed: 1 });

function runOf(random: Random) {
  const model = random.pick(["linear", "cnn"] as const);
  return {
    plan: {
      // A copy: presets share their parts, and mutations change what they are given.
      ...{ model, recipe: structuredClone(recipeFor(model, random.pick(PRESETS), {})), seed: 0 },
      ...{ patience: random.pick([null, 3]), limit: random.pick([null, 100]), data: "mnist", datasetName: null },
      ...{ command: "mnist train", started: "2026-01-02T03:04:05.000Z", resumed: ["2026-01-02T03:05:05.000Z"] },
    },
    maxSeconds: random.pick([null, 60]),
    testSet: { name: "MNIST test", size: 10000, digest: "ab".repeat(32) },
    logSizes: { metrics: 1000, events: 2000 },
  };
}
