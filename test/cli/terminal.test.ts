// The choke point: what reaches a terminal, a pipe and a reader of JSON, whatever stands in names and files.

import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { columnTable } from "../../cli/terminal/columns.ts";
import { type OutputStream, outputTo } from "../../cli/terminal/terminal.ts";
import { columnsOf, shorten } from "../../cli/terminal/width.ts";
import { encodeCheckpoint } from "../../lib/index.ts";
import { linear } from "../../models/index.ts";
import { fakeRun } from "../support/fake_run.ts";
import { runCli, runProgram, temporaryFolder } from "../support/run_cli.ts";
import { projectFiles, read, withoutComments } from "../support/sources.ts";
import { promote } from "../support/versions.ts";

const test = suite("the streams");

const folder = temporaryFolder();

/** A title, a cleared screen, colours by C1, turned text, lines that look like ours, and what nobody sees. */
const HOSTILE = "\u001b]0;x\u0007\u001b[2J\u009b31m\u202egnp\u2066\u2028error: no\nok\r\u200b\u{e0041}\u007f";
/** Whatever stands in text, but lines' ends. */
const COMMANDS = /(?!\n)[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029\u00ad\u200b\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u;
const OUR_STYLE = new RegExp(`${"\u001b"}\\[(\\d+;?)+m`, "g");

/** A stream, and what was written to it. */
function recorded(isTTY: boolean): { stream: OutputStream; text: () => string } {
  let text = "";
  const write = (chunk: unknown): boolean => {
    text += String(chunk);
    return true;
  };
  return { stream: outputTo(() => ({ isTTY, columns: 60, write }) as never), text: () => text };
}

async function withColor(isWanted: boolean, work: () => Promise<void> | void): Promise<void> {
  const before = process.env.FORCE_COLOR;
  process.env.FORCE_COLOR = isWanted ? "1" : "0";
  try {
    await work();
  } finally {
    if (before === undefined) delete process.env.FORCE_COLOR;
    else process.env.FORCE_COLOR = before;
  }
}

const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(fc.constantFrom("\u001b", "[31m", "\u001b[31m", "\u009b", "\ue000", "m", "31", " ", "\n", "\ud800", HOSTILE)).map((parts) => parts.join("")), // biome-ignore format: one line
);

test("a line stays a line without control characters, however it is printed", async () => {
  await withColor(false, () => {
    const property = fc.property(anyText, fc.boolean(), (text, isTTY) => {
      const { stream, text: written } = recorded(isTTY);
      stream.write(text);
      stream.write([text, text]);
      assert.is(written().split("\n").length, 4);
      stream.print(text);
      assert.not.match(written(), COMMANDS);
    });
    fc.assert(property);
  });
});

test("colours are ours alone: text that holds the same sequences, or parts of ours, has none", async () => {
  await withColor(true, () => {
    const property = fc.property(anyText, anyText, (text, other) => {
      const { stream, text: written } = recorded(true);
      const name = `${text}${stream.red(other)}`;
      // A cut may leave a part of what made it red.
      stream.write([name, name.slice(0, -1), name.slice(name.length / 2)]);
      const [whole] = written().split("\n");
      assert.is((whole.match(OUR_STYLE) ?? []).length, other === "" ? 0 : 2);
      assert.not.match(written().replace(OUR_STYLE, ""), COMMANDS);
    });
    fc.assert(property);
    const { stream, text: written } = recorded(true);
    stream.write(`\u001b[31mforeign ${stream.bold("ours")}`);
    assert.is(written(), "\\u001b[31mforeign \u001b[1mours\u001b[22m\n");
  });
});

test("no text from outside can hold a mark: each process draws a key for it", async () => {
  const terminal = new URL("../../cli/terminal/style.ts", import.meta.url).href;
  const program = join(folder, "mark.mjs");
  writeFileSync(program, `import { styled } from ${JSON.stringify(terminal)}; console.log(styled("x", "1", "22"));`);
  const [one, other] = await Promise.all([1, 2].map(() => runProgram(program, folder, [])));
  assert.match(one.stdout, /^\ue000[\da-f-]{36}1mx/);
  assert.is.not(one.stdout, other.stdout);
});

test("JSON is written as JSON of the same value", () => {
  const property = fc.property(anyText, fc.jsonValue({ stringUnit: "binary" }), (text, value) => {
    const { stream, text: written } = recorded(true);
    stream.write(JSON.stringify([text, { [text]: value }]));
    assert.not.match(written(), COMMANDS);
    assert.equal(JSON.parse(written()), JSON.parse(JSON.stringify([text, { [text]: value }])));
  });
  fc.assert(property);
});

test("columns are those of what is shown: cells with escapes line up, and what is cut is cut in columns", () => {
  const { stream, text: written } = recorded(false);
  stream.write(columnTable([{ title: "id", cells: ["\u001b[2J", "ab"] }, { title: "x", cells: ["1", "2"] }], stream)); // biome-ignore format: one line
  assert.is(written(), "id         x\n\\u001b[2J  1\nab         2\n");
  assert.is(columnsOf("\u202e"), 6);
  assert.is(shorten("\u202eabcdef", 9), "\u202eab…");
  assert.is(shorten("abc", 3), "abc");
});

test("a table of 200,000 rows takes time in proportion to them", () => {
  const { stream } = recorded(false);
  const cells = Array.from({ length: 200_000 }, (_, i) => String(i));
  const begun = performance.now();
  assert.is(
    columnTable(
      [
        { title: "id", cells },
        { title: "x", cells, isRight: true },
      ],
      stream,
    ).length,
    200_001,
  );
  // To measure each column again for each row took minutes for 10,000.
  assert.ok(performance.now() - begun < 20_000, `${performance.now() - begun} ms`);
});

test("a moving line is one line, cut to the terminal, and taken away again", () => {
  const { stream, text: written } = recorded(true);
  stream.redraw(`${"\u0007".repeat(50)}\n`);
  stream.redraw(null);
  const [, first, second] = written().split("\r\u001b[2K");
  assert.equal([columnsOf(first) <= 59, second], [true, ""]);
  assert.not.match(first, COMMANDS);
});

test("no command lets through what names, records, notes and files hold; --json is JSON of it", async () => {
  const outputs = join(folder, "outputs");
  const id = `${HOSTILE}-id`;
  fakeRun(outputs, "20260101-000001", { status: HOSTILE, more: { recipe: { [HOSTILE]: HOSTILE, epochs: 3 } } });
  fakeRun(outputs, "20260101-000002", { seed: 2, more: { dataset: { name: HOSTILE, trained_on: HOSTILE } } });
  await promote(outputs, "20260101-000002");
  renameSync(join(outputs, "linear", "20260101-000002"), join(outputs, "linear", id));
  mkdirSync(join(outputs, "linear", "20260101-000003"));
  writeFileSync(join(outputs, "linear", "20260101-000003", "run.json"), HOSTILE);
  const bad = join(folder, `${HOSTILE}.png`);
  writeFileSync(bad, "no picture");
  const checkpoint = join(folder, `${HOSTILE}.safetensors`);
  const metadata = { dataset: HOSTILE, trained_on: HOSTILE, dataset_sha256: HOSTILE, test_accuracy: "0.5" };
  writeFileSync(checkpoint, encodeCheckpoint(linear({ seed: 1 }), { ...metadata, test_images: "7" }));
  const digit = new URL("../../docs/digits/7.png", import.meta.url).pathname;
  const there = ["--runs", outputs];
  const lines: string[][] = [
    ["runs", ...there],
    ["runs", id, "20260101-000001", ...there],
    ["runs", "--json", ...there],
    ["promote", id, "--note", HOSTILE, ...there],
    ["versions", ...there],
    ["versions", "--json", ...there],
    ["infer", bad, digit, "--checkpoint", checkpoint],
    ["infer", digit, "--json", "--checkpoint", checkpoint],
    ["infer", digit, "--run", HOSTILE, ...there],
    ["export", "--out", join(folder, HOSTILE, "x.onnx"), "--checkpoint", checkpoint],
    ["train", "--resume", id, "--out", outputs],
    [HOSTILE],
  ];
  // A few at a time: each is a process.
  for (let i = 0; i < lines.length; i += 3) {
    const some = lines.slice(i, i + 3);
    const outcomes = await Promise.all(some.map((line) => runCli(folder, line, { env: { FORCE_COLOR: "1", NO_COLOR: undefined } }))); // biome-ignore format: one line
    for (const [k, { stdout, stderr }] of outcomes.entries()) {
      for (const text of [stdout, stderr]) {
        assert.not.match(text.replace(OUR_STYLE, ""), COMMANDS, some[k].join(" "));
        assert.not.match(text, /^(error: no|ok)/m, some[k].join(" "));
      }
      if (some[k].includes("--json")) for (const line of stdout.trimEnd().split("\n")) JSON.parse(line);
    }
  }
});

test("a door writes to its streams in one place, which escapes, and nothing below doors writes at all", () => {
  const writes = /(?<![.\w])process\s*\.\s*(stdout|stderr)\b|\bconsole\s*\.|from "node:tty"/;
  const own = ["bench/print.ts", "cli/terminal/broken_output.ts", "cli/terminal/terminal.ts"];
  const files = projectFiles(/^(bench|cli|serve|web|store|models|data|lib)\/.*\.ts$/);
  assert.equal(
    files.filter((file) => writes.test(withoutComments(read(file)))),
    own,
  );
  // The server's log, which is JSON.
  const logs = files.filter((file) => /from "(pino|sonic-boom)"/.test(withoutComments(read(file))));
  assert.equal(logs, ["serve/log/log.ts"]);
  const sequences = files.filter((file) => /\\u001b|\\x1b/i.test(withoutComments(read(file))));
  assert.equal(sequences, ["cli/terminal/style.ts", "cli/terminal/terminal.ts"]);
});

test.run();
