// Lines that are read without yargs are read as yargs reads them.

import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Command } from "../../cli/command_line/command.ts";
import { type Flags, isSet, textFlag } from "../../cli/command_line/flags.ts";
import { runInFull } from "../../cli/command_line/full_line.ts";
import { readPlainLine } from "../../cli/command_line/plain_line.ts";
import { compare } from "../../cli/compare/compare.ts";
import { doctor } from "../../cli/doctor/doctor.ts";
import { exportCommand } from "../../cli/export/export.ts";
import { evaluate } from "../../cli/infer/evaluate.ts";
import { infer } from "../../cli/infer/infer.ts";
import { runs } from "../../cli/runs/runs.ts";
import { train } from "../../cli/train/train.ts";
import { promote } from "../../cli/versions/promote.ts";
import { rollback } from "../../cli/versions/rollback.ts";
import { versions } from "../../cli/versions/versions.ts";

const test = suite("plain command lines");

interface Reading {
  command: string;
  /** What the commands can ask for. */
  flags: Record<string, string | boolean | undefined>;
  files: readonly string[];
}

const COMMANDS = [train, infer, evaluate, exportCommand, runs, promote, rollback, versions, compare, doctor];
const SWITCHES = ["--json", "--quiet", "--visualize"];
const VALUE_FLAGS = [
  "--model",
  "--run",
  "--checkpoint",
  "--version",
  "--sort",
  "--to",
  "--note",
  "--epochs",
  "--optimizer",
  "--out",
  "--limit",
];
const WORDS = ["digit.png", "cnn", "linear", "latest", "adam", "3", "1e3", "0x10", "007", "a=b", "dir/a.b.png", "é"];
const ODD = [
  ...["-", "--", "", " ", "a b", "true", "false", "'a'", '"b"', "infer", "train", "help", "null", "undefined"],
  ...["-x", "-1", "--model=cnn", "--json=true", "--no-json", "--constructor", "--__proto__", "__proto__", "\0dash"],
  ...["--files", "--_", "--$0", "--m", "--Json", "---json", "[1]", "{}", "*", "%", "$0", "_", "..", "\n"],
];

/** A pair of a flag and its value makes most lines plain. */
const part = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...WORDS).map((word) => [word]) },
  { weight: 3, arbitrary: fc.constantFrom(...SWITCHES).map((flag) => [flag]) },
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...VALUE_FLAGS), fc.constantFrom(...WORDS)) },
  { weight: 1, arbitrary: fc.constantFrom(...ODD, ...VALUE_FLAGS).map((word) => [word]) },
  { weight: 1, arbitrary: fc.string().map((word) => [word]) },
);
const line = fc
  .tuple(
    fc.constantFrom(...Array(9).fill("infer"), ...COMMANDS.map(({ usage }) => usage.split(" ")[0])),
    fc.array(part, { maxLength: 5 }),
  )
  .map(([command, parts]) => [command, ...parts.flat()]);

function describeReading({ flags: known, usage }: Command, flags: Flags, files: readonly string[]): Reading {
  const entries = Object.entries(known).map(([name, { type }]) => [
    name,
    type === "boolean" ? isSet(flags, name) : textFlag(flags, name),
  ]);
  return { command: usage, flags: Object.fromEntries(entries), files };
}

/** What yargs reads; throws what it finds wrong. */
async function readInFull(args: readonly string[]): Promise<Reading | null> {
  let reading: Reading | null = null;
  const commands = COMMANDS.map((command) => ({
    ...command,
    run: async (flags: Flags, files: readonly string[]) => {
      reading = describeReading(command, flags, files);
    },
  }));
  await runInFull(args, commands, new AbortController().signal);
  return reading;
}

test("whatever is read without yargs, yargs reads alike", async () => {
  let [plainLines, withAll] = [0, 0];
  const property = fc.asyncProperty(line, async (args) => {
    const plain = readPlainLine(args, COMMANDS);
    if (!plain) return;
    const reading = describeReading(plain.command, plain.flags, plain.files);
    assert.equal(reading, await readInFull(args), JSON.stringify(args));
    plainLines++;
    if (args.length > 3 && plain.files.length > 0) withAll++;
  });
  await fc.assert(property, { numRuns: 800 });
  assert.ok(
    plainLines > 100 && withAll > 20,
    `${plainLines} lines were plain, ${withAll} of them with flags and files`,
  );
});

test("the usual lines are read without yargs", () => {
  for (const args of [
    ["infer", "digit.png"],
    ["infer", "--visualize", "digit.png", "other.png", "--out", "seen"],
    ["infer", "--json", "-"],
    ["train", "--model", "cnn", "--optimizer", "adamw"],
    ["evaluate"],
  ]) {
    assert.ok(readPlainLine(args, COMMANDS), args.join(" "));
  }
});

test("mistakes, --help and what is not a flag and a word are left to yargs", () => {
  for (const args of [
    ...[[], ["--help"], ["--version"], ["infre", "digit.png"], ["infer", "--help"], ["infer", "--jsno"]],
    ...[
      ["train", "digit.png"],
      ["train", "--epochs"],
      ["train", "--epochs", "-1"],
      ["train", "--model", "cnm"],
    ],
    ...[
      ["train", "--lr", "1", "--lr", "2"],
      ["infer", "--model=cnn", "a.png"],
      ["infer", "--", "--a.png"],
    ],
    ...[
      ["infer", "--json", "true"],
      ["infer", "--out", "-", "a.png"],
      ["infer", "'a.png'"],
      ["infer", ""],
    ],
  ]) {
    assert.is(readPlainLine(args, COMMANDS), null, args.join(" "));
  }
});

test.run();
