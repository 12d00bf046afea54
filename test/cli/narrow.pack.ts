// What a terminal of 80 columns gets: no line that it would have to break.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lineOf } from "../../cli/terminal/columns.ts";
import type { TerminalStream } from "../../cli/terminal/terminal.ts";
import { columnsOf } from "../../cli/terminal/width.ts";
import { digitPng } from "../support/digit_png.ts";
import { fakeRun } from "../support/fake_run.ts";
import { runCli, temporaryFolder } from "../support/run_cli.ts";

const test = suite("80 columns");

const folder = temporaryFolder();
const TERMINAL =
  "for (const stream of [process.stdout, process.stderr]) Object.assign(stream, { isTTY: true, columns: 80 });";

/** Everything that the command prints, line by line, a line that is drawn again as several. */
async function linesOf(code: number, ...args: string[]): Promise<string[]> {
  const outcome = await runCli(folder, args, { imports: [`data:text/javascript,${TERMINAL}`] });
  assert.is(outcome.code, code, outcome.stderr);
  const text = `${outcome.stdout}\n${outcome.stderr}`;
  return text.replaceAll("\u001b[2K", "").split(/[\r\n]/);
}

/** @param but a line that may be longer: it is one word, to be copied */
async function fits(code: number, args: readonly string[], but?: RegExp): Promise<void> {
  const wide = (await linesOf(code, ...args)).filter((line) => columnsOf(line) > 80 && !but?.test(line));
  assert.equal(wide, [], args.join(" "));
}

const QUICK = ["train", "--data", "synthetic", "--limit", "64", "--epochs", "1", "--model", "linear"];

test("training, with its notes and its end", async () => {
  await fits(0, [...QUICK, "--optimizer", "sgd", "--lr", "1e15", "--preset", "standard"]);
  const long = "runs-that-somebody-keeps-in-a-folder-of-a-rather-long-name/and-in-a-second-one-within-it";
  await fits(0, [...QUICK, "--out", long], /^\S*runs-that-somebody\S*$/);
});

test("runs, side by side too, versions, and what changes them", async () => {
  for (const [i, id] of ["20260101-000001", "20260101-000002", "20260101-000003"].entries()) {
    const more = {
      error: "the training loss became NaN in epoch 3, step 120, at learning rate 0.5; lower it, or clip.",
    };
    fakeRun(join(folder, "outputs"), id, {
      seconds: 3725 * i,
      testAccuracy: 0.99,
      ...(i === 0 && { status: "failed", more }),
    });
  }
  await fits(0, ["runs"]);
  await fits(0, ["runs", "latest", "20260101-000002", "20260101-000001"]);
  await fits(0, [
    "promote",
    "20260101-000002",
    "--note",
    "the first one that was trained on the new machine, overnight",
  ]);
  await fits(0, ["promote", "20260101-000003"]);
  await fits(0, ["versions"]);
  await fits(0, ["runs"]);
  await fits(0, ["rollback"]);
});

test("answers, measurements and comparisons", async () => {
  writeFileSync(join(folder, "0.png"), digitPng(0));
  await fits(0, ["infer", "0.png"]);
  await fits(0, ["evaluate", "--data", "synthetic", "--limit", "100", "--shifts", "1"]);
  await fits(0, ["compare", "--data", "synthetic", "--limit", "100"]);
});

test("refusals, however long, are broken between words", async () => {
  await fits(2, ["compare", "--version", "current"]);
  await fits(0, ["runs", "--runs", "nowhere"]);
  await fits(0, ["versions", "--runs", "nowhere"]);
});

test("of a line's parts the least important go first; a pipe gets all", () => {
  const same = (text: string): string => text;
  const stream = (width: number, isTerminal = true): TerminalStream => ({
    ...{ isTerminal, hasColor: false, width },
    ...{ bold: same, dim: same, red: same, green: same, yellow: same, cyan: same },
  });
  const parts = ["epoch 1", ["loss 0.5", 2], ["9 images/s", 1], "99 %"] as const;
  const line = (width: number, isTerminal?: boolean) => lineOf(parts, stream(width, isTerminal));
  assert.equal(
    [40, 35, 34, 22, 21, 5].map((width) => line(width)),
    [
      "epoch 1  loss 0.5  9 images/s  99 %",
      "epoch 1  loss 0.5  9 images/s  99 %",
      "epoch 1  loss 0.5  99 %",
      "epoch 1  99 %",
      "epoch 1  99 %",
      "epoch 1  99 %",
    ],
  );
  assert.is(line(5, false), "epoch 1  loss 0.5  9 images/s  99 %");
});

test.run();
