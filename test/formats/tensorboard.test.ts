import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OptionError } from "../../lib/base/errors.ts";
import { concat } from "../../lib/formats/protobuf.ts";
import { encodeEvent, encodeFileVersion } from "../../lib/formats/tensorboard.ts";
import { readEvents } from "../support/read_events.ts";

const test = suite("tensorboard");

test("a file's first record is its version, to the byte", () => {
  // wall_time 1.5 and "brain.Event:2".
  const data = Buffer.from(`09000000000000f83f1a0d${Buffer.from("brain.Event:2").toString("hex")}`, "hex");
  const record = encodeFileVersion(1.5);
  assert.is(record.length, 8 + 4 + data.length + 4);
  assert.equal(Buffer.from(record.subarray(0, 8)).toString("hex"), "1800000000000000");
  assert.equal(Buffer.from(record.subarray(12, 12 + data.length)).toString("hex"), data.toString("hex"));
  const [event] = readEvents(record);
  assert.equal([event.double(1), event.text(3)], [1.5, "brain.Event:2"]);
});

test("records that were appended are read back in order, with their checksums", () => {
  const scalars = { "loss/train": 0.25, "accuracy/Prüfung": Number.NaN, lr: Number.NEGATIVE_INFINITY };
  const large = { wallTime: 1_700_000_000.125, step: 2 ** 40, scalars: { x: 0.1 } };
  const file = concat([
    encodeFileVersion(1),
    encodeEvent({ wallTime: 2.5, step: 0, scalars }),
    encodeEvent(large),
    encodeEvent({ wallTime: 3, step: 7, scalars: {} }),
  ]);
  const [version, first, second, empty] = readEvents(file);
  assert.is(version.text(3), "brain.Event:2");
  assert.equal([first.double(1), first.number(2)], [2.5, 0]);
  assert.equal(
    first.message(5).messages(1).map((value) => [value.text(1), value.float(2)]), // biome-ignore format: one line
    Object.entries(scalars),
  );
  assert.equal([second.double(1), second.number(2)], [large.wallTime, large.step]);
  assert.is(second.message(5).message(1).float(2), Math.fround(0.1));
  assert.equal(empty.message(5).messages(1), []);
});

test("one flipped bit in a record is noticed by its checksums", () => {
  const record = encodeEvent({ wallTime: 1, step: 1, scalars: { loss: 1 } });
  for (let at = 12; at < record.length; at++) {
    const flipped = record.slice();
    flipped[at] ^= 4;
    assert.throws(() => readEvents(flipped), /damaged/);
  }
});

test("a step that is no count, and a time that is none, are refused", () => {
  const good = { wallTime: 1, step: 1, scalars: { loss: 1 } };
  const isOptionError = (error: unknown): boolean => error instanceof OptionError;
  for (const step of [-1, 0.5, Number.NaN, 2 ** 53]) assert.throws(() => encodeEvent({ ...good, step }), isOptionError);
  for (const wallTime of [Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => encodeEvent({ ...good, wallTime }), isOptionError);
    assert.throws(() => encodeFileVersion(wallTime), isOptionError);
    assert.throws(() => encodeEvent({ ...good, wallTime }), /^encodeEvent: wallTime/);
    assert.throws(() => encodeFileVersion(wallTime), /^encodeFileVersion: wallTime/);
  }
});

test.run();
