import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isSet, numberFlag, textFlag } from "../../cli/command_line/flags.ts";
import { confusionTable } from "../../cli/evaluate/evaluation_tables.ts";
import { AnswerTable, describeAnswer } from "../../cli/infer/describe_answer.ts";
import { drawDigit } from "../../cli/infer/draw_digit.ts";
import type { FileAnswer } from "../../cli/infer/file_answer.ts";
import { describeDigits } from "../../cli/infer/infer_all.ts";
import { bar } from "../../cli/terminal/bar.ts";
import { UsageError } from "../../cli/terminal/exit_codes.ts";
import { formatCount, formatDuration, formatLoss, formatPercent } from "../../cli/terminal/format.ts";
import { shortenPath } from "../../cli/terminal/shorten_path.ts";
import { styled, terminalLine } from "../../cli/terminal/style.ts";
import { type TerminalStream, wantsColor } from "../../cli/terminal/terminal.ts";
import { columnsOf, wrap } from "../../cli/terminal/width.ts";
import { nearest } from "../../lib/base/nearest.ts";

const test = suite("what the program prints");

const same = (text: string): string => text;
const PLAIN: TerminalStream = {
  ...{ isTerminal: true, hasColor: false, width: 40 },
  ...{ bold: same, dim: same, red: same, green: same, yellow: same, cyan: same },
};

test("numbers are grouped, durations have two units at most, what is undefined is a dash", () => {
  assert.equal([0, 999, 1000, 102026, 1234567].map(formatCount), ["0", "999", "1,000", "102,026", "1,234,567"]);
  assert.equal([-1, 0, 0.31, 0.96, 9.94].map(formatDuration), ["0.0 s", "0.0 s", "0.3 s", "1.0 s", "9.9 s"]);
  assert.equal([9.96, 59.4, 59.6, 75, 125, 3570].map(formatDuration), ["10 s", "59 s", "1 min", "1 min 15 s", "2 min 5 s", "59 min 30 s"]); // biome-ignore format: one line
  assert.equal([3599.6, 3661, 3725, 86400].map(formatDuration), ["1 h", "1 h 1 min", "1 h 2 min", "24 h"]);
  assert.is(formatDuration(Number.POSITIVE_INFINITY), "–");
  assert.equal([formatPercent(0.99312), formatPercent(1, 0), formatPercent(Number.NaN)], ["99.31 %", "100 %", "–"]);
});

test("a loss has four decimals, and an exponent where it is no use any more", () => {
  const losses = [0.02346, Math.LN10, 9999.5, 1e4, 2570813557561542.5, Number.POSITIVE_INFINITY];
  assert.equal(losses.map(formatLoss), ["0.0235", "2.3026", "9999.5000", "1.00e+4", "2.57e+15", "Infinity"]);
});

test("a bar is as wide as asked for, whatever its value", () => {
  for (const part of [-1, 0, 0.001, 0.5, 0.999, 1, 2, Number.NaN]) assert.is([...bar(part, 10)].length, 10);
  assert.is(bar(0.5, 4), "██  ");
  assert.is(bar(0.5625, 2), "█▏");
  assert.is(bar(0.25, 4, "·"), "█···");
});

test("the bars of an answer fit the terminal", () => {
  const probabilities = [0, 0, 0, 0, 0, 0, 0, 1, 0, 0];
  const answer = { file: "7.png", model: "cnn", checkpoint: "a.safetensors", version: null, predicted_class: 7, confidence: 1, probabilities, is_digit: true, reason: null, latency_ms: 0.2, warnings: ["small"] } as const; // biome-ignore format: one line
  const lines = describeAnswer({ ...answer, probabilities: [...probabilities], warnings: ["small"] }, PLAIN);
  assert.is(lines.length, 12);
  assert.is(lines[0], "7.png: 7  100.00 %  0.20 ms");
  assert.ok(lines.every((line) => line.length <= PLAIN.width), lines.join("\n")); // biome-ignore format: one line
  assert.match(lines[8], /^ {2}7 █+ 100\.00 %$/);
  assert.is(lines[11], "  note: small");
  const letter = {
    ...answer,
    probabilities: [...probabilities],
    warnings: [],
    is_digit: false,
    reason: "it is a letter",
  };
  assert.is(describeAnswer(letter, PLAIN)[11], "  note: this may not be a digit: it is a letter");
});

test("of all digits of a picture each has its notes, and what may not be one is said", () => {
  const box = { left: 3, top: 4, width: 20, height: 30 };
  const digit = { box, predicted_class: 7, confidence: 1, probabilities: [], latency_ms: 0.2 };
  const seven = { ...digit, is_digit: true, reason: null, warnings: ["low contrast"] };
  const letter = { ...digit, box: { ...box, left: 40 }, is_digit: false, reason: "it is a letter", warnings: [] };
  const file = { file: "a.png", model: "cnn", checkpoint: "a.safetensors", version: null };
  assert.equal(describeDigits({ ...file, digits: [seven, letter] }, PLAIN), [
    "a.png: 2 digits: 7 7",
    "  7  100.00 %  at 3, 4, 20 × 30",
    "  note: low contrast",
    "  7  100.00 %  at 40, 4, 20 × 30",
    "  note: this may not be a digit: it is a letter",
  ]);
});

test("many answers make a table that fits the terminal: names lose their middle, notes their end", () => {
  const answer: FileAnswer = { file: "7.png", model: "cnn", checkpoint: "a.safetensors", version: null, predicted_class: 7, confidence: 1, probabilities: [], is_digit: null, reason: null, latency_ms: 0.2, warnings: [] }; // biome-ignore format: one line
  const files = ["7.png", "a/long/folder/of/pictures/that/nobody/would/type/by/hand/digit-7.png", "blank.png"];
  const stream = { ...PLAIN, width: 80 };
  const table = new AnswerTable(files, stream);
  const warnings = ["several separate marks; is there more than one digit?", "low contrast"];
  const nothing = { predicted_class: null, confidence: null, probabilities: null, latency_ms: null };
  const lines = [
    table.head(),
    table.row(answer),
    table.row({ ...answer, file: files[1], latency_ms: 12345.6, confidence: 0.5, warnings }),
    table.row({ ...answer, ...nothing, file: files[2], warnings: ["the picture is blank"] }),
  ];
  assert.equal(lines, [
    "file                            digit      sure       time  notes",
    "7.png                               7  100.00 %    0.20 ms",
    "a/long/folder/…and/digit-7.png      7   50.00 %   12346 ms  several separate ma…",
    "blank.png                           –         –          –  the picture is blank",
  ]);
  assert.ok(lines.every((line) => line.length <= 80));
  const piped = new AnswerTable(files, { ...stream, isTerminal: false });
  assert.ok(piped.row({ ...answer, file: files[1], warnings }).startsWith(`${files[1]}  `), "whole in a pipe");
  assert.ok(piped.row({ ...answer, file: files[1], warnings }).endsWith(warnings.join("; ")));
});

test("a path keeps its beginning and its name, where there is room for both", () => {
  const path = "outputs/cnn/20261125-162253/model.safetensors";
  assert.is(shortenPath(path, 45), path);
  for (const width of [44, 30, 20, 10, 2, 1, 0]) assert.is(shortenPath(path, width).length, width);
  assert.is(shortenPath(path, 30), "outputs/cnn…/model.safetensors");
  assert.match(shortenPath(path, 20), /^out.*….*tensors$/);
  assert.is(columnsOf(shortenPath("数字/数字/数字.png", 9)), 9);
  const property = fc.property(fc.string({ unit: "grapheme" }), fc.nat(80), (text, width) => {
    assert.ok(columnsOf(shortenPath(text, width)) <= width);
  });
  fc.assert(property);
});

test("a drawing has 14 lines of 28: shades, or greys by colour", () => {
  const pixels = new Uint8Array(784).fill(255, 0, 56);
  const shades = drawDigit(pixels, false);
  assert.equal([shades.length, shades[0], shades[1]], [14, "█".repeat(28), " ".repeat(28)]);
  const greys = drawDigit(pixels, true);
  assert.is(terminalLine(greys[0]), "\u001b[38;5;255;48;5;255m▀\u001b[0m".repeat(28));
  assert.is(terminalLine(greys[13]), "\u001b[38;5;232;48;5;232m▀\u001b[0m".repeat(28));
});

test("a confusion matrix has a row a class, zeros as dots, and columns that line up", () => {
  const [, head, , first, second] = confusionTable([[12345, 0], [1, 6]], PLAIN); // biome-ignore format: a matrix
  assert.is(head, "actual│     0     1");
  assert.is(first, "    0 │ 12345     ·");
  assert.is(second, "    1 │     1     6");
});

test("words near a known one are suggested, others are not", () => {
  assert.is(nearest("epcohs", ["epochs", "patience"]), "epochs");
  assert.is(nearest("", ["abc"]), null);
  assert.is(nearest("ecport", ["export", "evaluate", "runs"]), "export");
  assert.is(nearest("optimiser", ["optimizer", "model"]), "optimizer");
  assert.is(nearest("batch", ["batch-size", "model"]), "batch-size");
  assert.is(nearest("colour", ["model", "lr"]), null);
});

test("numbers in flags are checked", () => {
  const rule = { min: 1, isInteger: true } as const;
  assert.is(numberFlag({ epochs: "4" }, "epochs", rule), 4);
  assert.is(numberFlag({ epochs: " 1e3 " }, "epochs", rule), 1000);
  assert.is(numberFlag({}, "epochs", rule), undefined);
  assert.is(numberFlag({ lr: "1e-3" }, "lr", { above: 0 }), 1e-3);
  assert.is(Object.is(numberFlag({ seed: "-0" }, "seed", { min: 0 }), 0), true);
  for (const text of ["NaN", "Infinity", "0", "-1", "1.5", "0x10", "1,5", "three", "1e400", "9007199254740993", "１"]) {
    assert.throws(() => numberFlag({ epochs: text }, "epochs", rule), (error: Error) => error instanceof UsageError); // biome-ignore format: one line
  }
  assert.throws(() => numberFlag({ p: "1" }, "p", { min: 0, below: 1 }), /--p must be a number ≥ 0 and < 1; got 1\./);
  assert.throws(() => textFlag({ out: " " }, "out"), /--out needs a value/);
  assert.equal(
    [isSet({ json: true }, "json"), isSet({ json: false }, "json"), isSet({}, "json")],
    [true, false, false],
  );
});

test("a number that is not what one would think is refused with what it is", () => {
  const seed = (text: string): string => {
    try {
      return String(numberFlag({ seed: text }, "seed", { min: 0, isInteger: true }));
    } catch (error) {
      return (error as Error).message;
    }
  };
  assert.is(seed("9007199254740991"), "9007199254740991");
  for (const text of ["9007199254740992", "1e16"]) {
    assert.is(
      seed(text),
      `--seed must be an integer ≥ 0 and ≤ 9007199254740991, the largest that is exact; got ${text}.`,
    );
  }
  for (const text of ["0x10", "0b11", "1_000", "10,000", "1 000", "5n"]) {
    const hint = text === "5n" ? "" : " Write it in plain decimal digits.";
    assert.is(seed(text), `--seed must be an integer ≥ 0; got ${text}.${hint}`);
  }
  assert.is(seed("1e400"), "--seed must be an integer ≥ 0; 1e400 is too large.");
  assert.is(seed("2^53"), "--seed must be an integer ≥ 0; got 2^53.");
  assert.is(seed("0e5"), "0");
  assert.throws(() => numberFlag({ lr: "1e-400" }, "lr", { min: 0 }), /--lr must be a number ≥ 0; 1e-400 is too close to 0\./); // biome-ignore format: one line
});

test("FORCE_COLOR goes over NO_COLOR, both over what the stream is", () => {
  assert.is(wantsColor({}, true), true);
  assert.is(wantsColor({}, false), false);
  assert.is(wantsColor({ NO_COLOR: "1" }, true), false);
  assert.is(wantsColor({ NO_COLOR: "" }, true), true);
  assert.is(wantsColor({ TERM: "dumb" }, true), false);
  assert.is(wantsColor({ FORCE_COLOR: "1", NO_COLOR: "1" }, false), true);
  assert.is(wantsColor({ FORCE_COLOR: "0" }, true), false);
});

test("a line is wrapped between words, its spaces and colours kept; what is longer than a line stays whole", () => {
  assert.equal(wrap("these are not MNIST's digits", 10), ["these are", "not", "MNIST's", "digits"]);
  assert.equal(
    wrap("loss 0.1  val 0.2  1 s", 18),
    ["loss 0.1  val 0.2 ", "1 s"].map((line) => line.trimEnd()),
  );
  assert.equal(wrap("  short", 80), ["  short"]);
  assert.equal(wrap("  at /a/very/long/path here", 10), ["  at", "/a/very/long/path", "here"]);
  const note = styled("note:", "33", "39");
  assert.equal(wrap(`${note} ten columns`, 9), [`${note} ten`, "columns"]);
  assert.equal(wrap("数字 数字 ab", 7), ["数字", "数字 ab"]);
  assert.equal(wrap("", 10), [""]);
  const property = fc.property(fc.string(), fc.integer({ min: 1, max: 30 }), (text, width) => {
    const lines = wrap(text, width);
    assert.is(lines.join("").replaceAll(" ", ""), text.replaceAll(" ", ""));
    for (const line of lines) assert.ok(columnsOf(line) <= width || !line.trim().includes(" "), JSON.stringify(lines));
  });
  fc.assert(property);
});

test("wide characters take two columns, marks and colours none", () => {
  const widths = ["abc", "é", "e\u0301", "数字", "한글", "📁", styled("ab", "1", "22"), "–…│█", ""].map(columnsOf);
  assert.equal(widths, [3, 1, 1, 4, 4, 2, 2, 4, 0]);
});

test.run();
