// What is said to a wrong line, without a process each.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { exportCommand } from "../../cli/export/export.ts";
import { messageOf } from "../../cli/terminal/report_error.ts";

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
