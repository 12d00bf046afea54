// Our event files, as Google's protobuf reads them.

import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeEvent, encodeFileVersion } from "../../lib/index.ts";
import { runPython } from "../support/run_python.ts";

const test = suite("tensorboard, by others");

const folder = mkdtempSync(join(tmpdir(), "simdgrad-tensorboard-"));

test.after(() => rmSync(folder, { recursive: true }));

test("a file that grew by appending is read back: version, times, steps, tags and values", () => {
  const file = join(folder, "events.out.tfevents.1");
  writeFileSync(file, encodeFileVersion(1_700_000_000.5));
  const events = Array.from({ length: 200 }, (_, i) => ({
    wallTime: 1_700_000_001 + i / 8,
    step: i * i * 1_000_003,
    scalars: { "loss/train": 1 / (i + 1), [`tag ${"ü".repeat(i)}`]: -i },
  }));
  for (const event of events) appendFileSync(file, encodeEvent(event));
  const [version, ...read] = runPython("test/interop/read_events.py", file) as [
    number,
    number,
    string,
    [string, string][],
  ][];
  assert.equal(version, [1_700_000_000.5, 0, "brain.Event:2", []]);
  assert.equal(
    read.map(([wallTime, step, , values]) => [wallTime, step, values.map(([tag, hex]) => [tag, fromHex(hex)])]),
    events.map(({ wallTime, step, scalars }) => [
      wallTime,
      step,
      Object.entries(scalars).map(([tag, value]) => [tag, Math.fround(value)]),
    ]),
  );
});

/** Python's hexadecimal floats, which lose nothing: "-0x1.8p+1". */
function fromHex(text: string): number {
  const [, sign, whole, fraction = "", exponent] = text.match(/^(-?)0x([01])\.?([0-9a-f]*)p([+-]\d+)$/) ?? [];
  const mantissa = Number.parseInt(whole + fraction, 16) / 16 ** fraction.length;
  return (sign === "-" ? -1 : 1) * mantissa * 2 ** Number(exponent);
}

test.run();
