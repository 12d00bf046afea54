// Printed commands, given to a shell: its words are those that were meant.

import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { flagWords, outputsWords, shellLine, shellWord } from "../../cli/terminal/shell_line.ts";
import { resumeCommand } from "../../cli/train/resume_command.ts";
import { escapeControls } from "../../lib/base/printable.ts";

const test = suite("lines for a shell");

/** The words that a shell makes of a line; null where there is no such shell. */
function wordsOf(shell: string, line: string): string[] | null {
  const { error, status, stdout } = spawnSync(shell, ["-c", `printf '%s\\0' ${line}`], { encoding: "utf8" });
  if (error) return null;
  assert.is(status, 0, line);
  return stdout.split("\0").slice(0, -1);
}

const HOSTILE = ["a;touch x", "$(touch x)", "`touch x`", "a'b", "'", "\\", "a\\'b", "!!", "!x\u0007", "~", "~root", "=ls", "*", "?", "[a]", "{a,b}", "#x", "a b", " ", "a\tb", "a\nb", "a\r", "\u001b]0;x\u0007", "\u009b2J7", "\u202e7", "\u2028", "\u200b1", "\u{e0041}", "数字", "👩‍🔬", "-x", "--x=y", "a&b", "a|b", "<a>", '"', "$x", "%s", "\\012", "x\u00010'"]; // biome-ignore format: one line

test("a shell reads each word as it was, whatever it holds", () => {
  const random = fc.sample(fc.string({ unit: "binary" }), { numRuns: 300, seed: 7 });
  const words = [...HOSTILE, ...random].map((word) => word.replace(/\0|\p{Cs}/gu, ""));
  for (const word of words) assert.is(escapeControls(shellWord(word)), shellWord(word));
  const found = wordsOf("bash", shellLine(words));
  if (found === null) console.log("SKIPPED, since bash is not installed: words with control characters");
  else assert.equal(found, words);
  const plain = words.filter((word) => escapeControls(word) === word);
  assert.equal(wordsOf("sh", shellLine(plain)), plain);
});

test("what needs no quotes has none", () => {
  assert.is(shellLine(["mnist", "train", "--lr", "1e-3", "--betas=0.9,0.99", "a/b.png"]), "mnist train --lr 1e-3 --betas=0.9,0.99 a/b.png"); // biome-ignore format: one line
  assert.equal([shellWord(""), shellWord("my runs"), shellWord("a\nb'")], ["''", "'my runs'", "$'a\\012b\\047'"]);
});

test("a flag's value that begins with a dash stays its value", () => {
  assert.equal([flagWords("run", "-x"), flagWords("run", "x")], [["--run=-x"], ["--run", "x"]]);
  assert.equal([outputsWords("out", "outputs"), outputsWords("runs", "-a")], [[], ["--runs=-a"]]);
});

test("the command that resumes a run is one command, whatever the run and its folder are called", () => {
  assert.is(resumeCommand("20260101-000001", "outputs"), "mnist train --resume 20260101-000001");
  assert.is(resumeCommand("a;touch x", "-o b"), "mnist train --resume 'a;touch x' '--out=-o b'");
});

test.run();
