// What is said to a wrong line, without a process each.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Command } from "../../cli/command_line/command.ts";
import { runInFull } from "../../cli/command_line/full_line.ts";
import { compare } from "../../cli/compare/compare.ts";
import { doctor } from "../../cli/doctor/doctor.ts";
import { exportCommand } from "../../cli/export/export.ts";
import { infer } from "../../cli/infer/infer.ts";
import { runs } from "../../cli/runs/runs.ts";
import { UsageError } from "../../cli/terminal/exit_codes.ts";
import { messageOf } from "../../cli/terminal/report_error.ts";
import { train } from "../../cli/train/train.ts";
import { promote } from "../../cli/versions/promote.ts";
import { rollback } from "../../cli/versions/rollback.ts";
import { versions } from "../../cli/versions/versions.ts";

const test = suite("wrong command lines");

const COMMANDS: readonly Command[] = [train, infer, exportCommand, runs, promote, rollback, versions, compare, doctor];

async function refusal(...args: string[]): Promise<string> {
  try {
    await runInFull(args, COMMANDS, new AbortController().signal);
  } catch (error) {
    assert.instance(error, UsageError);
    return (error as Error).message;
  }
  return "none";
}

test("--version behind a command that reads no checkpoint is refused, with what to say instead", async () => {
  assert.is(
    await refusal("compare", "--version", "current"),
    "compare has no flag --version. Say --cnn current or --linear current; each takes a version's number too. See mnist compare --help.",
  );
  assert.match(await refusal("rollback", "--version", "2"), /^rollback has no flag --version\. Say --to NUMBER\./);
  for (const name of ["train", "runs", "promote", "versions", "doctor"]) {
    for (const value of [[], ["current"]]) {
      const message = await refusal(name, "--version", ...value);
      assert.ok(
        message.startsWith(`${name} has no flag --version. mnist --version prints the program's own.`),
        message,
      );
    }
  }
  assert.match(await refusal("infer", "0.png", "--version"), /^--version needs a value behind infer/);
});

test("the help of a command does not offer the program's --version", async () => {
  const { log } = console;
  let help = "";
  console.log = (text: string) => {
    help += text;
  };
  try {
    await runInFull(["compare", "--help"], COMMANDS, new AbortController().signal);
  } finally {
    console.log = log;
  }
  assert.match(help, /--cnn/);
  assert.not.match(help, /--version|Show version/);
});

test("export refuses a format that the file's ending contradicts, and takes one that it does not know", async () => {
  const flags = (format: string, out: string): Record<string, string> => ({ format, out, checkpoint: "nowhere" });
  const run = async (format: string, out: string): Promise<string> => {
    try {
      await exportCommand.run(flags(format, out), [], new AbortController().signal);
    } catch (error) {
      return (error as Error).message;
    }
    return "none";
  };
  assert.is(
    await run("onnx", "foo.mjs"),
    "--format onnx and --out foo.mjs contradict each other; say --format mjs, or let --out end in .onnx.",
  );
  for (const out of ["foo.onnx", "foo.bin", "mjs"]) assert.match(await run("onnx", out), /nowhere/);
});

test("what is reported of an error does not name the library's function; a command's name stays", () => {
  const said = (message: string): string => messageOf(new Error(message));
  assert.is(said("writeFileAtomic: nodir/a.onnx cannot be written."), "nodir/a.onnx cannot be written.");
  assert.is(said("decodePng: a.png is no PNG file."), "a.png is no PNG file.");
  assert.is(said("loadCheckpoint: fc.weight holds NaN."), "fc.weight holds NaN.");
  assert.is(said("Trainer: the training loss became NaN."), "the training loss became NaN.");
  for (const kept of ["promote: name a run.", "infer: cannot read a.png", "readme.png: no file", "--run x: none"]) {
    assert.is(said(kept), kept);
  }
});

test.run();
