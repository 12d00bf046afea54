// What somebody else may have written into run.json, versions.jsonl and the plan of a run: every field of a wrong type or
// beyond its bounds, and names that every object has.

import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError } from "../../lib/index.ts";
import { recipeFor, writeTrainEvent } from "../../models/index.ts";
import { readRunRecord } from "../../store/runs/run_record.ts";
import { settingsOf } from "../../store/runs/run_settings.ts";
import { readRecipe, readRunSpec } from "../../store/runs/run_spec.ts";
import { summaryOf, writeRunSummary } from "../../store/runs/run_summary.ts";
import { readRegistry } from "../../store/versions/registry.ts";
import { versionMarks } from "../../store/versions/version_marks.ts";
import { readVersionRecord } from "../../store/versions/version_record.ts";
import { temporaryFolder } from "../support/run_cli.ts";

const test = suite("records of somebody else's");

const folder = temporaryFolder();

/** As JSON, where NaN and Infinity cannot be. */
const WRONG = [
  ...["null", "true", "-1", "0.5", "1e300", "-1e308", "1e999", "9007199254740993", '""', '"1e300"', '"constructor"'],
  ...["[]", "[[1]]", "{}", '{"toString":1,"valueOf":2}', '{"__proto__":{"a":1}}', '{"constructor":null,"length":1e9}'],
  ...['"\\ud800"', '"\\u001b[2J\\u2028"', `"${"x".repeat(3000)}"`],
];
const INHERITED = ["constructor", "__proto__", "prototype", "toString", "hasOwnProperty", "valueOf"];

/** A change of one value, anywhere in it. */
function* changes(value: unknown, before: readonly string[] = []): Generator<string[]> {
  if (before.length > 0) yield [...before];
  if (typeof value !== "object" || value === null) return;
  for (const [name, part] of Object.entries(value)) yield* changes(part, [...before, name]);
}

/** The JSON of a value with another text in one place. */
function withText(value: unknown, [name, ...rest]: readonly string[], text: string): string {
  const parts = Object.entries(value as object).map(([key, part]): string => {
    const json = key !== name ? JSON.stringify(part) : rest.length === 0 ? text : withText(part, rest, text);
    return Array.isArray(value) ? json : `${JSON.stringify(key)}:${json}`;
  });
  return Array.isArray(value) ? `[${parts}]` : `{${parts}}`;
}

const DIGEST = "ab".repeat(32);
const VERSION = {
  ...{ version: 1, kind: "promote", from: null, run: "20260101-000001", weights_sha256: DIGEST, file_sha256: DIGEST },
  metrics: { val_accuracy: 0.9, test_accuracy: 0.9, test_loss: 1, test_images: 10, epochs: 1, seconds: 1, threads: 1 },
  lineage: {
    ...{ previous: null, seed: 1, recipe_sha256: DIGEST, dataset: "mnist", trained_on: null },
    ...{ dataset_sha256: DIGEST, simdgrad: "0.1.0" },
  },
  ...{ note: "n", date: "2026-01-02T03:04:05.000Z" },
};

test("a line of versions.jsonl is read or refused in one line, and no figure of it is out of bounds", () => {
  let refused = 0;
  for (const at of changes(VERSION)) {
    for (const text of WRONG) {
      const line = withText(VERSION, at, text);
      try {
        const { version, kind, date, metrics, lineage } = readVersionRecord(line, new Set());
        assert.is(version, 1, line);
        assert.is(kind, "promote");
        assert.is(new Date(date).toISOString(), date, line);
        for (const part of [metrics.validationAccuracy, metrics.testAccuracy])
          assert.ok(part === null || (part >= 0 && part <= 1), line);
        for (const count of [metrics.testImages, metrics.epochs, metrics.threads, lineage.seed, lineage.previous])
          assert.ok(count === null || (Number.isSafeInteger(count) && count >= 0), line);
        for (const amount of [metrics.testLoss, metrics.seconds])
          assert.ok(amount === null || (Number.isFinite(amount) && amount >= 0), line);
        for (const word of [lineage.dataset, lineage.simdgrad, lineage.recipeSha256])
          assert.ok(word === null || typeof word === "string", line);
      } catch (error) {
        assert.instance(error, DataError, `${(error as Error).name}: ${(error as Error).message} ${line}`);
        assert.match((error as Error).message, /^readVersionRecord: the line [^\n]{1,200}\.$/);
        refused++;
      }
    }
  }
  assert.ok(refused > 100, String(refused));
});

test("a date that is none is no line's, and no run's", () => {
  for (const date of [
    "now",
    "1",
    "2026-13-01",
    "2026-01-02T25:00:00Z",
    "Tue Mar 01 2022",
    "+275760-09-13",
    " 2026-01-01",
  ]) {
    const line = JSON.stringify({ ...VERSION, date });
    assert.throws(() => readVersionRecord(line, new Set()), /lacks its run or its date/, date);
    assert.is(readRunRecord(JSON.stringify({ started: date }), "run.json").started, null, date);
  }
});

const RUN = {
  ...{ status: "done", model: "cnn", command: "c", recipe: recipeFor("cnn", "best"), patience: 1, max_seconds: 1 },
  ...{ seed: 1, limit: 1, parameters: 1, versions: { simdgrad: "0.1.0", threads: 1 }, runner: { pid: 1, host: "h" } },
  dataset: { name: "mnist", trained_on: "t", notice: "n", train: { name: "t", size: 1, sha256: DIGEST } },
  ...{ started: "2026-01-02T03:04:05.000Z", resumed: ["2026-01-02T03:04:05.000Z"] },
  ...{ test_accuracy: 0.9, test_loss: 1, seconds: 1, checkpoint: "c", weights_sha256: DIGEST },
  history: {
    epochs: [{ epoch: 1, trainLoss: 1, trainAccuracy: 1, validationLoss: 1, validationAccuracy: 1, seconds: 1 }],
    ...{ best: null, kept: { epoch: 1, validationAccuracy: 1 }, stopped: { by: "patience", why: "w", step: 1 } },
  },
};

test("a run.json of any content can be summed up, and no figure of it is out of bounds", () => {
  const place = { model: "linear" as const, id: "20260101-000001", path: "p" };
  const { of } = versionMarks(folder, ["linear"]);
  for (const at of changes(RUN)) {
    for (const text of WRONG) {
      const record = readRunRecord(withText(RUN, at, text), "run.json");
      const run = { ...place, record, problem: null, hasCheckpoint: true, hasState: true, isAlive: null };
      const { validationAccuracy, testAccuracy, testLoss, testImages, seconds, epochs, plannedEpochs, ...summary } =
        summaryOf(run, of(run), true);
      for (const part of [validationAccuracy, testAccuracy])
        assert.ok(part === null || (part >= 0 && part <= 1), `${at}: ${text}`);
      for (const count of [testImages, epochs, plannedEpochs, summary.limit])
        assert.ok(count === null || (Number.isSafeInteger(count) && count >= 0), `${at}: ${text}`);
      for (const amount of [testLoss, seconds])
        assert.ok(amount === null || (Number.isFinite(amount) && amount >= 0), `${at}: ${text}`);
      writeRunSummary({ ...summary, validationAccuracy, testAccuracy, testLoss, testImages, seconds, epochs, plannedEpochs }); // biome-ignore format: one line
    }
  }
});

const SPEC = {
  ...{ model: "cnn", recipe: recipeFor("cnn", "best"), seed: 1, patience: null, limit: 10, data: "auto" },
  ...{ datasetName: null, command: "c", started: "2026-01-02T03:04:05.000Z", resumed: [] },
};

test("a recipe has no settings but its own, whatever names a file gives them", () => {
  for (const name of INHERITED) {
    const text = `{"epochs":3,"${name}":{"validation":7}}`;
    assert.equal(Object.keys(readRecipe(JSON.parse(text))).sort(), ["cooldown", "epochs", "split", "validation"]);
    assert.is(readRecipe(JSON.parse(text)).validation, 5000);
    assert.equal(readRecipe({ split: name, optimizer: name, preset: name }), { validation: 5000, cooldown: 0 });
    assert.is(readRunSpec({ ...SPEC, recipe: { ...SPEC.recipe, optimizer: name } }), null);
    assert.is(readRunSpec(JSON.parse(withText(SPEC, ["recipe"], `{"${name}":1,${JSON.stringify(SPEC.recipe).slice(1)}`))), null); // biome-ignore format: one line
    const run = { recipe: { augment: JSON.parse(`{"${name}":1,"rotate":3}`) } };
    const { record } = { record: readRunRecord(JSON.stringify(run), "run.json") };
    assert.equal(Object.keys(record.recipe.augment ?? {}).includes(name), false);
    assert.ok(settingsOf({ model: "cnn", record, problem: null } as never));
  }
});

test("a plan is read whole, or not at all: no value of another type or beyond its bounds", () => {
  assert.equal(readRunSpec(SPEC), SPEC);
  for (const at of changes(SPEC)) {
    for (const text of WRONG) {
      const spec = readRunSpec(JSON.parse(withText(SPEC, at, text)));
      if (spec === null) continue;
      // What is left is another right value: the change made a null of null, or another name or fraction.
      const free = [
        "data",
        "datasetName",
        "command",
        "lr",
        "weightDecay",
        "validation",
        "epochs",
        "batchSize",
        "seed",
        "limit",
        "patience",
      ];
      const isFraction = ["0.5", "null"].includes(text);
      assert.ok(
        isFraction || free.includes(at.at(-1) as string) || text === "[]" || (at[1] === "augment" && text === "{}"),
        `${at}: ${text}`,
      );
    }
  }
});

test("settings that contradict each other, or the network, are no plan", () => {
  const with_ = (model: string, more: object): unknown =>
    readRunSpec({ ...SPEC, model, recipe: { ...recipeFor(model as "cnn", "standard"), ...more } });
  assert.ok(with_("cnn", {}));
  assert.ok(with_("linear", {}));
  const wrong: [string, object][] = [
    ["linear", { dropout: 0.5 }],
    ["linear", { optimizer: "muon" }],
    ["cnn", { optimizer: "sgd", momentum: 0.9, betas: [0.9, 0.99] }],
    ["cnn", { optimizer: "adam", momentum: 0.9 }],
    ["cnn", { schedule: "constant", warmup: 0.3 }],
    ["cnn", { schedule: "step", warmup: null, minLr: 1e-3 }],
    ["cnn", { schedule: "cosine", minLr: 1 }],
    ["cnn", { cooldown: 0.001, epochs: 1 }],
    ["cnn", { augment: { rotate: 1e6 } }],
  ];
  for (const [model, more] of wrong) assert.is(with_(model, more), null, JSON.stringify(more));
});

test("an event's names are its own", () => {
  const line = writeTrainEvent({ event: "failed", model: "m", run: "r", error: "e", constructor: "c" } as never);
  assert.is(line, '{"event":"failed","model":"m","run":"r","error":"e","constructor":"c"}');
});

test("a registry of 60,000 lines, and 30,000 runs beside it, take time in proportion", () => {
  const outputs = mkdtempSync(join(folder, "many-"));
  mkdirSync(join(outputs, "linear"));
  const ids = Array.from({ length: 30_000 }, (_, i) => `20260101-${String(i).padStart(6, "0")}`);
  const promotions = ids.map((run, i) => JSON.stringify({ ...VERSION, run, version: i + 1 }));
  const rollbacks = ids.map(() => JSON.stringify({ ...VERSION, run: ids[0], kind: "rollback" }));
  writeFileSync(join(outputs, "linear", "versions.jsonl"), `${[...promotions, ...rollbacks].join("\n")}\n`);
  const begun = performance.now();
  const { records, current } = readRegistry(outputs, "linear");
  const { of } = versionMarks(outputs, ["linear"]);
  const result = { weightsSha256: DIGEST };
  const marks = ids.map((id) => of({ id, model: "linear", record: { result } } as never));
  // Looking through all lines before it for each line, and for each run, takes a minute.
  assert.ok(performance.now() - begun < 15_000, `${performance.now() - begun} ms`);
  assert.equal([records.length, current?.version], [60_000, 1]);
  assert.ok(marks.every(({ versions }, i) => versions[0] === i + 1 && versions.length === 1));
});

test.run();
