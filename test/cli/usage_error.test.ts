// What is said to a wrong line, without a process each.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { exportCommand } from "../../cli/export/export.ts";
import { messageOf } from "../../cli/terminal/report_error.ts";
import { CheckpointError, DataError, RuntimeError } from "../../lib/base/errors.ts";

const test = suite("refusals");

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

test("what is reported of an error of the library does not name the function that found it", () => {
  assert.is(messageOf(new RuntimeError("writeFileAtomic: nodir/a.onnx cannot be written.")), "nodir/a.onnx cannot be written."); // biome-ignore format: one line
  assert.is(messageOf(new DataError("matmul: a: b.")), "a: b.");
  assert.is(messageOf(new CheckpointError("--run x: there is none.")), "--run x: there is none.");
  for (const other of ["promote: name a run.", "readme.png: no file"]) assert.is(messageOf(new Error(other)), other);
  assert.is(messageOf(new DataError("decode:\n two\nlines")), "decode: two lines");
});

test.run();
