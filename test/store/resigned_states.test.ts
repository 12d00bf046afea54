// A training state has a digest and no key: anybody can change it and sign it again. What no run can have come to is
// refused before anything is trained or written.

import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadMnist } from "../../data/index.node.ts";
import { sha256 } from "../../lib/base/sha256.ts";
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from "../../lib/formats/safetensors.ts";
import { SimdgradError } from "../../lib/index.ts";
import { recipeFor } from "../../models/index.ts";
import { listRuns } from "../../store/runs/list_runs.ts";
import { resumeRun } from "../../store/runs/resume_run.ts";
import { continueRun, type RunRequest, runSpec, type TrainRunOptions, trainRun } from "../../store/runs/train_run.ts";
import { temporaryFolder } from "../support/run_cli.ts";

const test = suite("re-signed training states");

const folder = temporaryFolder();
const data = await loadMnist({ source: "synthetic", limit: 64, seed: 3 });
const recipe = recipeFor("linear", "fast", { epochs: 3, batchSize: 16, average: 0.5, optimizer: "adam" });
const request: RunRequest = {
  ...{ model: "linear" as const, recipe, seed: 3, patience: 5, limit: 64, data: "synthetic", datasetName: null },
  command: "a test",
};
const options = (more: Partial<TrainRunOptions> = {}): TrainRunOptions => ({
  ...{ outputs: mkdtempSync(join(folder, "o-")), maxSeconds: undefined, saveEvery: 1000, ...more },
});
const whole = await trainRun(runSpec(request, data), data, options());

/** Stopped after the third of four steps of the second of three epochs. */
const controller = new AbortController();
const { outputs } = options();
await trainRun(runSpec(request, data), data, {
  ...{ outputs, maxSeconds: undefined, saveEvery: 1000, signal: controller.signal },
  onEvent: (event) => {
    if (event.kind === "step" && event.report.epoch === 2 && event.report.step === 3)
      controller.abort(new Error("stop"));
  },
}).catch((error: unknown) => assert.is(error, controller.signal.reason));
const { path: run } = listRuns(outputs)[0];
const file = join(run, "state.safetensors");
const honest = readFileSync(file);

type Tensors = Record<string, StoredTensor>;
type Texts = Record<string, string>;

/** The state with a change, and a digest that fits. */
function signed(change: (tensors: Tensors, texts: Texts) => void): Uint8Array {
  const { tensors, metadata } = decodeSafetensors(honest, "state");
  const { sha256: _, ...texts } = metadata;
  change(tensors, texts);
  return encodeSafetensors(tensors, { ...texts, sha256: sha256(encodeSafetensors(tensors, texts)) });
}

/** One of its JSON texts with other values; `undefined` takes one away. */
const json = (name: "setup" | "progress" | "run", more: object) => (_: Tensors, texts: Texts) => {
  texts[name] = JSON.stringify({ ...JSON.parse(texts[name]), ...more });
};
const progress = (more: object) => json("progress", more);
const setup = (more: object) => json("setup", more);
const plan = (more: object) => (_: Tensors, texts: Texts) => {
  const old = JSON.parse(texts.run);
  texts.run = JSON.stringify({ ...old, plan: { ...old.plan, ...more } });
};
const recipeOf = (more: object) => (_: Tensors, texts: Texts) => {
  const old = JSON.parse(texts.run);
  texts.run = JSON.stringify({ ...old, plan: { ...old.plan, recipe: { ...old.plan.recipe, ...more } } });
};
const put = (name: string, i: number, value: number) => (tensors: Tensors) => {
  (tensors[name].data as Float32Array)[i] = value;
};
const drop = (pattern: RegExp) => (tensors: Tensors) => {
  for (const name of Object.keys(tensors)) if (pattern.test(name)) delete tensors[name];
};
/** Of the only epoch that has ended: epoch, losses and accuracies, seconds, images a second, rate. */
const report = (i: number, value: number) => put("history", i, value);
const F32 = (...shape: number[]): StoredTensor => ({ dtype: "F32", shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) }); // biome-ignore format: one line
const add = (name: string, tensor: StoredTensor) => (tensors: Tensors) => {
  tensors[name] = tensor;
};
const as16 = (name: string) => (tensors: Tensors) => {
  const { shape, data: values } = tensors[name];
  tensors[name] = { dtype: "BF16", shape, data: new Uint16Array(values.length).fill(0x7fc0) };
};

const STATES: Record<string, (tensors: Tensors, texts: Texts) => void> = {
  "an epoch far beyond the last, which would end as finished": progress({ epoch: 1e6 }),
  "the epoch after the last, without the epochs before it": progress({ epoch: 4, step: 0, seen: 0, lossSum: 0, right: 0 }), // biome-ignore format: one line
  "an epoch before the one under way": progress({ epoch: 1 }),
  "an epoch 0": progress({ epoch: 0 }),
  "an epoch −1e308": progress({ epoch: -1e308 }),
  "half an epoch": progress({ epoch: 1.5 }),
  "an epoch that is text": progress({ epoch: "2" }),
  "no epoch": progress({ epoch: undefined }),
  "a step beyond the epoch's last": progress({ step: 5 }),
  "a step of 2^53": progress({ step: 2 ** 53 }),
  "a negative step": progress({ step: -1 }),
  "a step without its images": progress({ step: 2 }),
  "images without their step": progress({ step: 0 }),
  "more images than there are": progress({ seen: 1e9 }),
  "fewer images than the steps took": progress({ seen: 47 }),
  "more right than were seen": progress({ right: 49 }),
  "a negative count of right ones": progress({ right: -1 }),
  "a loss that is text": progress({ lossSum: "1" }),
  "a loss that is null": progress({ lossSum: null }),
  "negative seconds": progress({ seconds: -1 }),
  "seconds that are a list": progress({ seconds: [1] }),
  "negative seconds of the epoch": progress({ epochSeconds: -1e308 }),
  "a negative learning rate": progress({ learningRate: -1 }),
  "a learning rate that is an object": progress({ learningRate: { valueOf: 1 } }),
  "progress that is a list": (_, texts) => {
    texts.progress = "[1]";
  },
  "progress nested without end": (_, texts) => {
    texts.progress = `{"epoch":${"[".repeat(5000)}${"]".repeat(5000)}}`;
  },
  "a setup nested without end": (_, texts) => {
    texts.setup = `{"a":${'{"a":'.repeat(5000)}1${"}".repeat(5000)}}`;
  },
  "a plan nested without end": (_, texts) => {
    texts.run = `{"plan":${"[".repeat(5000)}${"]".repeat(5000)}}`;
  },
  "a history of no epochs": add("history", { dtype: "F64", shape: [0, 8], data: new Float64Array(0) }),
  "a history of 10,000 epochs": add("history", { dtype: "F64", shape: [10_000, 8], data: new Float64Array(80_000) }),
  "a history of another epoch": report(0, 2),
  "a training loss of NaN": report(1, Number.NaN),
  "a training accuracy of 2": report(2, 2),
  "an infinite validation loss": report(3, Number.POSITIVE_INFINITY),
  "a validation accuracy of −1": report(4, -1),
  "negative seconds in the history": report(5, -1),
  "an infinite rate of images": report(6, Number.POSITIVE_INFINITY),
  "a learning rate of NaN in the history": report(7, Number.NaN),
  "a weight of NaN": put("model.fc.weight", 0, Number.NaN),
  "an infinite weight": put("model.fc.bias", 3, Number.POSITIVE_INFINITY),
  "weights of NaN in 16 bits": as16("model.fc.weight"),
  "a best weight of NaN": put("best.fc.weight", 5, Number.NaN),
  "a best weight of NaN in 16 bits": as16("best.fc.bias"),
  "an average of NaN": put("average.mean0", 0, Number.NaN),
  "no best epoch, though one has ended": drop(/^best\./),
  "half of a best epoch": drop(/^best\.fc\.bias/),
  "no average": drop(/^average\./),
  "no optimizer": drop(/^optimizer\./),
  "no weights": drop(/^model\./),
  "a weight of another shape": add("model.fc.weight", F32(2, 2)),
  "a moment of another shape": add("optimizer.m", F32(1)),
  "a moment too many": add("optimizer.momentum", F32(1)),
  "a tensor of nobody's": add("evil.weight", F32(1)),
  "a moment of NaN": put("optimizer.m", 9, Number.NaN),
  "a negative mean square": put("optimizer.v", 9, -1e-3),
  "an infinite mean square": put("optimizer.v", 0, Number.POSITIVE_INFINITY),
  "an optimizer that took no step": put("optimizer.step", 0, 0),
  "an optimizer that took −1 steps": put("optimizer.step", 0, -1),
  "an optimizer that took 2^31 − 1 steps": put("optimizer.step", 0, 2 ** 31 - 1),
  "an average that took in too much": put("average.updates", 0, 1e9),
  "an optimizer that there is not, which would train as AdamW": recipeOf({ optimizer: "evil" }),
  "an optimizer's name that every object has": recipeOf({ optimizer: "constructor" }),
  "a preset that there is not": recipeOf({ preset: "toString" }),
  "a schedule that there is not": recipeOf({ schedule: "__proto__" }),
  "a split that there is not": recipeOf({ split: { toString: 1 } }),
  "a setting that there is not": recipeOf({ constructor: { prototype: 1 } }),
  "an optimizer for other networks": recipeOf({ optimizer: "muon", momentum: 0.9 }),
  "dropout in a network that has none": recipeOf({ dropout: 0.5 }),
  "momentum beside betas": recipeOf({ momentum: 0.9 }),
  "one beta": recipeOf({ betas: [0.9] }),
  "a beta of 1": recipeOf({ betas: [0.9, 1] }),
  "a recipe of more epochs than the run has": recipeOf({ epochs: 1e6 }),
  "a recipe of no epochs": recipeOf({ epochs: 0 }),
  "another batch size": recipeOf({ batchSize: 8 }),
  "a batch size of 2^60": recipeOf({ batchSize: 2 ** 60 }),
  "another average": recipeOf({ average: 0.9 }),
  "no average in the recipe": recipeOf({ average: 0 }),
  "augmentation by a million degrees": recipeOf({ augment: { ...recipe.augment, rotate: 1e6 } }),
  "augmentation that there is not": recipeOf({ augment: { ...recipe.augment, constructor: 1 } }),
  "augmentation that the setup does not name": recipeOf({ augment: { ...recipe.augment, rotate: 5 } }),
  "a learning rate of 0": recipeOf({ lr: 0 }),
  "a warmup of 1": recipeOf({ schedule: "cosine", warmup: 1 }),
  "a recipe that is text": plan({ recipe: "best" }),
  "another network": plan({ model: "cnn" }),
  "no network": plan({ model: "__proto__" }),
  "another seed": plan({ seed: 4 }),
  "a seed of half": plan({ seed: 0.5 }),
  "a seed that is text": plan({ seed: "3" }),
  "patience of 0": plan({ patience: 0 }),
  "patience that is text": plan({ patience: "5" }),
  "a limit that is a list": plan({ limit: [64] }),
  "data that are no name": plan({ data: { toString: 1 } }),
  "a start that is no time": plan({ started: "yesterday" }),
  "resumptions that are no times": plan({ resumed: ["x"] }),
  "a plan that is null": plan({ recipe: null }),
  "another network in the texts": (_, texts) => {
    texts.model = "cnn";
  },
  "a time limit that is text": json("run", { maxSeconds: "60" }),
  "a negative time limit": json("run", { maxSeconds: -1 }),
  "logs of half a byte": json("run", { logSizes: { metrics: 0.5, events: 0 } }),
  "logs of −1 bytes": json("run", { logSizes: { metrics: 0, events: -1 } }),
  "a test set of no size": json("run", { testSet: { name: "x", size: "64", digest: "y" } }),
  "another test set": json("run", { testSet: { name: "x", size: 64, digest: "y" } }),
  "other kernels": setup({ kernels: "evil" }),
  "kernels that are an object": setup({ kernels: { toString: 1 } }),
  "a setup of more epochs": setup({ epochs: 1e6 }),
  "another training set": setup({ trainingSet: { name: "x", size: 64, digest: "y" } }),
  "a training set of −1 images": setup({ trainingSet: { name: "x", size: -1, digest: "y" } }),
  "a setup that says more": setup({ constructor: 1, "\u001b[2J": 2 }),
  "another loss": setup({ loss: "evil" }),
};

const contentOf = (): [string, string][] =>
  readdirSync(run).map((name): [string, string] => [name, readFileSync(join(run, name), "hex")]);

test(`each of ${Object.keys(STATES).length} is refused in one typed line, and the run is left as it was`, async () => {
  assert.ok(Object.keys(STATES).length >= 60);
  const faults: string[] = [];
  for (const [name, change] of Object.entries(STATES)) {
    writeFileSync(file, signed(change));
    const before = contentOf();
    const begun: string[] = [];
    const error: unknown = await resumeRun(outputs, undefined, "latest")
      .then((claimed) => continueRun(claimed, async () => data, options({ outputs, onEvent: ({ kind }) => void begun.push(kind) }))) // biome-ignore format: one line
      .then(() => new Error("it was accepted"), (caught: unknown) => caught); // biome-ignore format: one line
    const { message } = error as Error;
    const isTyped = error instanceof SimdgradError && /^(Checkpoint|Option)Error$/.test(error.name);
    const isLeft = begun.length === 0 && JSON.stringify(contentOf()) === JSON.stringify(before);
    if (!isTyped || !isLeft || !/^\w+: [^\n]{1,700}$/.test(message)) faults.push(`${name}: ${message}`);
  }
  assert.equal(faults, []);
});

test("the honest one goes on to the weights that the run would have had", async () => {
  writeFileSync(
    file,
    signed(() => {}),
  );
  const claimed = await resumeRun(outputs, undefined, "latest");
  const rest = await continueRun(claimed, async () => data, options({ outputs }));
  assert.is(rest.weightsSha256, whole.weightsSha256);
});

test.run();
