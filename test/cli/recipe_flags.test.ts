import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Flags } from "../../cli/command_line/flags.ts";
import { UsageError } from "../../cli/terminal/exit_codes.ts";
import { RECIPE_FLAGS, readRecipeFlags, recipeOf } from "../../cli/train/recipe_flags.ts";
import { Muon, OptionError, rand, tensor } from "../../lib/index.ts";
import {
  cnn,
  linear,
  makeOptimizer,
  makeSchedule,
  PRESETS,
  type Recipe,
  recipeFor,
  STILL,
} from "../../models/index.ts";
import { expectClose } from "../support/expect_close.ts";
import { presetTable } from "../support/preset_table.ts";

const test = suite("recipes");

const recipe = (model: "linear" | "cnn", flags: Flags = {}): Recipe => {
  const { preset, given } = readRecipeFlags(flags);
  return recipeOf(model, preset, given);
};
const refuses = (flags: Flags, message: RegExp, model: "linear" | "cnn" = "cnn"): void =>
  assert.throws(
    () => recipe(model, flags),
    (error: Error) => error instanceof UsageError && message.test(error.message),
  );

test("every preset of either network says everything there is to say", () => {
  const settings = Object.keys(recipe("cnn")).sort();
  for (const model of ["linear", "cnn"] as const) {
    for (const preset of PRESETS) {
      const found = recipe(model, { preset });
      assert.equal(Object.keys(found).sort(), settings, `${model} ${preset}`);
      assert.is(found.preset, preset);
      assert.ok(Object.values(found).every((value) => value !== undefined));
    }
  }
});

test("the README's table of presets is what they are", () => {
  const readme = readFileSync(new URL("../../cli/README.md", import.meta.url), "utf8");
  assert.ok(readme.includes(presetTable()), `cli/README.md should hold this table:\n${presetTable()}`);
});

test("the presets are in earnest: more epochs from fast to best, and one epoch for the cnn in a hurry", () => {
  for (const model of ["linear", "cnn"] as const) {
    const [fast, standard, best] = PRESETS.map((preset) => recipe(model, { preset }).epochs);
    assert.ok(fast < standard && standard < best, `${model}: ${fast}, ${standard}, ${best}`);
  }
  assert.is(recipe("cnn", { preset: "fast" }).epochs, 1);
});

test("every flag overrides its own setting, and no other", () => {
  const values: Record<string, [text: string, path: string[], value: unknown]> = {
    validation: ["1234", ["validation"], 1234],
    split: ["contiguous", ["split"], "contiguous"],
    epochs: ["3", ["epochs"], 3],
    "batch-size": ["17", ["batchSize"], 17],
    lr: ["0.5", ["lr"], 0.5],
    schedule: ["one-cycle", ["schedule"], "one-cycle"],
    warmup: ["0.15", ["warmup"], 0.15],
    "min-lr": ["0.001", ["minLr"], 0.001],
    betas: ["0.5,0.6", ["betas"], [0.5, 0.6]],
    "weight-decay": ["0.2", ["weightDecay"], 0.2],
    decay: ["all", ["decay"], "all"],
    dropout: ["0.45", ["dropout"], 0.45],
    "label-smoothing": ["0.35", ["labelSmoothing"], 0.35],
    average: ["0.25", ["average"], 0.25],
    keep: ["best", ["keep"], "best"],
    rotate: ["33", ["augment", "rotate"], 33],
    shift: ["4.5", ["augment", "shift"], 4.5],
    scale: ["0.35", ["augment", "scale"], 0.35],
    shear: ["0.45", ["augment", "shear"], 0.45],
    elastic: ["7", ["augment", "elastic"], 7],
    thickness: ["0.95", ["augment", "thickness"], 0.95],
    stretch: ["0.85", ["augment", "stretch"], 0.85],
    gaps: ["2.5", ["augment", "gaps"], 2.5],
    blur: ["0.75", ["augment", "blur"], 0.75],
    coarse: ["1.25", ["augment", "coarse"], 1.25],
    contrast: ["0.65", ["augment", "contrast"], 0.65],
    noise: ["0.15", ["augment", "noise"], 0.15],
    blocks: ["0.55", ["augment", "blocks"], 0.55],
    cooldown: ["0.45", ["cooldown"], 0.45],
  };
  // Those two decide what others default to.
  const covered = [...Object.keys(values), "preset", "optimizer", "momentum"].sort();
  assert.equal(covered, Object.keys(RECIPE_FLAGS).sort());
  for (const [flag, [text, path, value]] of Object.entries(values)) {
    const expected = structuredClone(recipe("cnn")) as unknown as Record<string, Record<string, unknown>>;
    const inner = path.length > 1 ? expected[path[0]] : expected;
    inner[path[path.length - 1]] = value as never;
    // A cycle warms up over another part, and ends where it does; a cosine ends at a part of the highest rate.
    if (flag === "schedule") Object.assign(expected, { warmup: 0.3, minLr: null });
    if (flag === "lr") Object.assign(expected, { minLr: 0.15 });
    assert.equal(recipe("cnn", { [flag]: text }), expected as unknown as Recipe, flag);
  }
});

test("an optimizer brings its own rate, decay and memory", () => {
  const { lr, weightDecay, betas, momentum } = recipe("cnn", { optimizer: "sgd" });
  assert.equal([lr, weightDecay, betas, momentum], [0.1, 0, null, 0.9]);
  assert.is(recipe("linear", { optimizer: "adamw" }).weightDecay, 0.01);
  const muon = recipe("cnn", { optimizer: "muon" });
  assert.equal(
    [muon.lr, muon.minLr, muon.weightDecay, muon.betas, muon.momentum],
    [5e-3, 1.5e-3, 0.02, [0.8, 0.95], 0.9],
  );
});

test("a preset's decay is that of its optimizers, another has its own", () => {
  const decays = (["muon", "adamw", "adam"] as const).map((optimizer) => recipe("cnn", { preset: "best", optimizer }).weightDecay); // biome-ignore format: one line
  assert.equal(decays, [0.02, 0.02, 0]);
  assert.is(recipe("cnn", { preset: "fast", optimizer: "muon" }).weightDecay, 0.01);
});

test("the cnn's best preset holds back few images, but where an epoch is chosen by them", () => {
  const held = (flags: Flags) => recipe("cnn", { preset: "best", ...flags }).validation;
  assert.equal([held({}), held({ keep: "best" }), held({ keep: "best", validation: "7" })], [1000, 5000, 7]);
});

test("muon moves the hidden layers' weights, adamw all else, and every setting is passed on", () => {
  const flags = { optimizer: "muon", lr: "0.1", momentum: "0.3", betas: "0.5,0.6", "weight-decay": "0.4" };
  const [model, same] = [cnn(), cnn()];
  const parameters = same.parameters();
  const hidden = [0, 4, 8, 12].map((i) => parameters[i]);
  assert.equal(
    hidden.map(({ shape }) => shape),
    [
      [3, 3, 1, 32],
      [3, 3, 32, 64],
      [3, 3, 64, 128],
      [128, 64],
    ],
  );
  const noDecay = parameters.filter(({ shape }) => shape.length === 1);
  const options = { lr: 0.1, momentum: 0.3, betas: [0.5, 0.6] as const, weightDecay: 0.4, noDecay, matrices: hidden };
  const optimizers = [makeOptimizer(model, recipe("cnn", flags)), new Muon(parameters, options)];
  for (const step of [1, 2]) {
    for (const [at, each] of [model, same].entries()) {
      each.parameters().forEach((parameter, i) => {
        parameter.grad = rand(parameter.shape, { seed: i, step });
      });
      optimizers[at].step();
    }
  }
  model.parameters().forEach((parameter, i) => {
    expectClose(parameter.data, parameters[i].data, 0, `parameter ${i}`);
  });
});

test("flags and recipeFor take the same numbers", () => {
  const values = [-1, 0, 0.5, 0.999, 1, 1.5, 2, 10, 10.5, 28, 29, 180, 181, 59_999, 60_000, 240_000];
  const takes = (work: () => unknown): boolean => {
    try {
      work();
      return true;
    } catch (error) {
      assert.ok(error instanceof UsageError || error instanceof OptionError, String(error));
      return false;
    }
  };
  const settings: Record<string, object> = { lr: {}, epochs: {}, batchSize: {}, validation: {}, warmup: {}, minLr: { lr: 1e6 }, momentum: { optimizer: "sgd" }, weightDecay: {}, dropout: {}, labelSmoothing: {}, average: {}, cooldown: { epochs: 100 } }; // biome-ignore format: one line
  const flagOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const texts = (given: object): Flags => Object.fromEntries(Object.entries(given).map(([name, value]) => [flagOf(name), String(value)])); // biome-ignore format: one line
  const agree = (name: string, value: unknown, byFlag: Flags, chosen: object): void =>
    assert.is(takes(() => recipe("cnn", byFlag)), takes(() => recipeFor("cnn", "standard", chosen)), `${name} ${value}`); // biome-ignore format: one line
  for (const value of values) {
    for (const [name, more] of Object.entries(settings)) {
      agree(name, value, texts({ ...more, [name]: value }), { ...more, [name]: value });
    }
    for (const name of Object.keys(STILL)) {
      agree(name, value, texts({ [name]: value }), { augment: { [name]: value } });
    }
    agree("betas", value, { betas: `${value},0.5` }, { betas: [value, 0.5] });
  }
  assert.throws(() => recipeFor("cnn", "standard", { warmup: 1 }), /recipeFor: warmup must be in \[0, 1\)/);
  assert.throws(() => recipeFor("cnn", "standard", { validation: 0 }), /recipeFor: validation must be an integer ≥ 1/);
  assert.throws(() => recipeFor("cnn", "standard", { augment: { shift: 29 } }), /recipeFor: shift must be a number/);
});

test("flags without an effect, and values that do not fit, are refused", () => {
  refuses({ momentum: "0.5" }, /--momentum is for --optimizer sgd and muon; adamw has --betas/);
  refuses({ betas: "0.5,0.6", optimizer: "sgd" }, /--betas is for adam, adamw and muon; sgd has --momentum/);
  refuses({ optimizer: "muon" }, /--optimizer muon is for networks with hidden layers; the linear network/, "linear");
  refuses({ warmup: "0.1", schedule: "step" }, /--warmup is for cosine and one-cycle; the step schedule only falls/);
  refuses(
    { "min-lr": "0.001", schedule: "one-cycle" },
    /--min-lr is for cosine; where the one-cycle schedule ends follows from --lr/,
  );
  refuses(
    { "min-lr": "0.1", lr: "0.05" },
    /--min-lr 0\.1 is above the highest rate of the cnn network, 0\.05; lower it, or raise --lr/,
  );
  refuses({ betas: "0.9" }, /--betas takes two numbers, as in --betas 0\.9,0\.999; got 0\.9/);
  refuses({ betas: "0.9,1" }, /--betas must be a number ≥ 0 and < 1; got 1/);
  refuses({ rotate: "181" }, /--rotate must be a number ≥ 0 and ≤ 180; got 181/);
  refuses({ scale: "1" }, /--scale must be a number ≥ 0 and < 1; got 1/);
  refuses({ validation: "0" }, /--validation must be an integer ≥ 1; got 0/);
  refuses(
    { cooldown: "0.2", epochs: "2" },
    /--cooldown 0\.2 of --epochs 2 is less than half an epoch; give more of either/,
  );
  refuses({ cooldown: "0.2" }, /--cooldown is for distorted images, and the linear network's are not/, "linear");
  refuses({ cooldown: "1.5" }, /--cooldown must be a number ≥ 0 and ≤ 1; got 1\.5/);
  refuses({ average: "1" }, /--average must be a number ≥ 0 and < 1; got 1/);
});

test("weight decay reaches biases where it is told to decay all, and not otherwise", () => {
  const shrunk = (decay: string): boolean[] => {
    const model = linear({ seed: 1 });
    for (const parameter of model.parameters()) {
      parameter.data.fill(1);
      parameter.grad = tensor(new Float32Array(parameter.size), parameter.shape);
    }
    makeOptimizer(model, recipe("linear", { optimizer: "adamw", "weight-decay": "0.5", lr: "0.1", decay })).step();
    return model.parameters().map(({ data }) => data[0] < 1);
  };
  assert.equal(shrunk("weights"), [true, false]);
  assert.equal(shrunk("all"), [true, true]);
});

test("the rate rises over the part of the run that --warmup says", () => {
  for (const schedule of ["cosine", "one-cycle"]) {
    const rate = makeSchedule(recipe("cnn", { schedule, warmup: "0.5", lr: "1" }), 1000);
    const rates = Array.from({ length: 1000 }, (_, step) => rate(step));
    const peak = rates.indexOf(Math.max(...rates));
    assert.ok(Math.abs(peak - 500) <= 2, `${schedule}: ${peak}`);
  }
});

test("a cosine ends at --min-lr", () => {
  const rate = makeSchedule(recipe("cnn", { lr: "1", "min-lr": "0.25" }), 1000);
  assert.is(rate(1000), 0.25);
  assert.ok(rate(999) > 0.25 && rate(999) < 0.2501);
});

test.run();
