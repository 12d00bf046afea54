// A training's settings: in the address, on the command line, and as a recipe, always the same.

import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readCommandLine } from "../../cli/command_line/read_line.ts";
import { readRecipeFlags, recipeOf as recipeOfFlags } from "../../cli/train/recipe_flags.ts";
import { train } from "../../cli/train/train.ts";
import { DEFAULT_MODEL, MODEL_NAMES, type ModelName, PRESETS } from "../../models/index.ts";
import { readFragment, readSettings, withSettings, writeFragment } from "../../web/app/fragment.ts";
import {
  commandOf,
  dataWords,
  mostOf,
  RULES,
  recipeOf,
  settingsOfPreset,
  type TrainSettings,
} from "../../web/train/settings.ts";

const test = suite("a training's settings");

const FIRST = readSettings(RULES, {});
const SECTIONS = ["draw", "train"] as const;
const read = (fragment: string): TrainSettings => readSettings(RULES, readFragment(fragment, SECTIONS).parameters);
const write = (settings: TrainSettings): string =>
  writeFragment({ section: "train", parameters: withSettings(RULES, {}, settings) });

const PICTURES = { dataWords: null };

/** Any text that a setting's rule understands. */
const ANY_SETTINGS = fc.record(
  Object.fromEntries(
    Object.entries(RULES).map(([name, rule]) => [
      name,
      fc
        .oneof(
          fc.constantFrom(
            "own",
            "synthetic",
            "linear",
            "cnn",
            "best",
            "standard",
            "sgd",
            "adam",
            "muon",
            "cosine",
            "step",
          ),
          fc.constantFrom(
            "one-cycle",
            "weights",
            "all",
            "contiguous",
            "random",
            "last",
            "best",
            "0",
            "1",
            "0.5",
            "1e-3",
          ),
          fc.double({ min: 0, max: 40, noNaN: true }).map((value) => String(Number(value.toPrecision(3)))),
          fc.nat(1000).map(String),
          fc.constant("nothing that is meant"),
        )
        .map((text) => (rule.read as (text: string) => unknown)(text) ?? rule.otherwise),
    ]),
  ),
  { noNullPrototype: true },
) as unknown as fc.Arbitrary<TrainSettings>;

/** What `mnist train` makes of the command. */
function asked(command: string): { settings: Record<string, unknown>; recipe: unknown } {
  const [npx, mnist, name, ...words] = command.split(" ");
  assert.equal([npx, mnist, name], ["npx", "mnist", "train"]);
  const { flags, operands, notes } = readCommandLine("train", train, words);
  assert.equal([operands, notes], [[], []]);
  const { preset, given } = readRecipeFlags(flags);
  const model = (flags.model ?? DEFAULT_MODEL) as ModelName;
  const kept = flags.patience === undefined ? given : { keep: "best" as const, ...given };
  const { seed = "0", patience = null, limit = null, data } = flags;
  return { settings: { model, preset, seed, patience, limit, data }, recipe: recipeOfFlags(model, preset, kept) };
}

test("at first none of them stands in the address", () => {
  assert.is(write(FIRST), "#train");
  assert.equal(read("#train"), FIRST);
});

test("what is chosen is written, and read again", () => {
  const chosen = {
    ...FIRST,
    model: "linear",
    preset: "best",
    seed: 7,
    "batch-size": 32,
    lr: 0.003,
    rotate: 10,
  } as const;
  assert.is(write(chosen), "#train?model=linear&preset=best&seed=7&batch-size=32&lr=0.003&rotate=10");
  fc.assert(fc.property(ANY_SETTINGS, (settings) => assert.equal(read(write(settings)), settings)));
});

test("a number outside is the nearest that is allowed, and what cannot be meant is left out", () => {
  assert.is(read("#train?epochs=0").epochs, 1);
  assert.is(read("#train?epochs=99999999").epochs, 1000);
  assert.is(read("#train?seed=99999999999999999999999").seed, Number.MAX_SAFE_INTEGER);
  assert.is(read("#train?lr=1000").lr, 10);
  assert.is(read("#train?lr=1e999").lr, 10);
  assert.is(read("#train?dropout=7").dropout, 0.9999);
  assert.is(read("#train?rotate=-3").rotate, 0);
  for (const text of ["lr=NaN", "lr=", "lr=0x1", "lr=1,5", "epochs=2.5", "model=__proto__", "optimizer=rmsprop"]) {
    assert.equal(read(`#train?${text}`), FIRST, text);
  }
});

test("the command asks for the same network, recipe, seed and digits", () => {
  let commands = 0;
  fc.assert(
    fc.property(ANY_SETTINGS, (settings) => {
      const own = { dataWords: ["mnist"] };
      const wanted = recipeOf(settings);
      const command = commandOf(settings, dataWords(settings, own) as string[]);
      if ("problem" in wanted) {
        assert.throws(() => asked(command));
        return;
      }
      commands++;
      const { model, preset, seed, patience, limit, data } = settings;
      const found = asked(command);
      const text = (value: number | null): string | null => (value === null ? null : String(value));
      assert.equal(found.recipe, wanted.recipe, command);
      assert.equal(found.settings, {
        ...{ model, preset, seed: text(seed), patience: text(patience) },
        limit: data === "synthetic" ? String(limit ?? 10_000) : text(limit),
        data: data === "own" ? "mnist" : data,
      });
    }),
    { numRuns: 500 },
  );
  assert.ok(commands > 20, `${commands} of them were recipes`);
});

test("commands are as short as they can be, and name a folder of the user's own digits", () => {
  assert.is(commandOf(FIRST, ["--data", "sample"]), "npx mnist train --data sample --preset fast --epochs 3");
  const own = dataWords(
    { ...FIRST, data: "own" },
    { dataWords: ["FOLDER", "--dataset-name", "my digits"] },
  ) as string[];
  const standard = { ...FIRST, ...settingsOfPreset("cnn", "standard") };
  assert.is(commandOf(standard, own), "npx mnist train --data FOLDER --dataset-name 'my digits'");
  for (const none of [null, PICTURES]) assert.is(dataWords({ ...FIRST, data: "own" }, none), undefined);
});

test("a preset sets what is its own, and leaves digits, seed and device as they are", () => {
  const before = {
    ...FIRST,
    data: "synthetic",
    seed: 5,
    threads: 2,
    limit: 100,
    lr: 1,
    rotate: 3,
    patience: 2,
  } as const;
  for (const model of MODEL_NAMES) {
    for (const preset of PRESETS) {
      const after = { ...before, ...settingsOfPreset(model, preset) };
      assert.ok("recipe" in recipeOf(after));
      const { data, seed, threads, limit, lr, rotate, patience } = after;
      assert.equal(
        { data, seed, threads, limit, lr, rotate, patience },
        { data: "synthetic", seed: 5, threads: 2, limit: 100, lr: null, rotate: null, patience: null },
      );
    }
  }
});

test("what contradicts itself is said in the form's own words", () => {
  const problem = (changes: Partial<TrainSettings>): string => {
    const result = recipeOf({ ...FIRST, ...changes });
    return "problem" in result ? result.problem : "";
  };
  assert.match(problem({ momentum: 0.5 }), /^Momentum is for optimizer sgd and muon/);
  assert.match(problem({ cooldown: 0.5 }), "add a distortion, such as rotation,");
  assert.match(problem({ "min-lr": 1, schedule: "cosine" }), "raise the learning rate");
});

test("a link asks for no more threads than there are processors, nor for a batch that memory has no room for", () => {
  assert.equal(mostOf({ hardwareConcurrency: 4, deviceMemory: 0.5 }), { threads: 4, batchSize: 512 });
  assert.equal(mostOf({ hardwareConcurrency: 128, deviceMemory: 8 }), { threads: 64, batchSize: 4096 });
  assert.equal(mostOf({}), { threads: 64, batchSize: 4096 });
});

test.run();
