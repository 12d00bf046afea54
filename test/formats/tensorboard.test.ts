import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crc32c } from "../../lib/formats/crc32c.ts";
import { concat } from "../../lib/formats/protobuf.ts";
import { encodeEvent, encodeFileVersion } from "../../lib/formats/tensorboard.ts";
import { OptionError } from "../../lib/tensor/errors.ts";
import { type Message, readProtobuf } from "../support/read_protobuf.ts";

const test = suite("tensorboard");

const MASK = 0xa282ead8;

/** The checksum under the mask: taken off, as readers do it. */
function unmask(masked: number): number {
  const turned = (masked - MASK) >>> 0;
  return ((turned >>> 17) | (turned << 15)) >>> 0;
}

function readRecords(file: Uint8Array): Message[] {
  const records: Message[] = [];
  const view = new DataView(file.buffer);
  for (let at = 0; at < file.length; ) {
    const length = Number(view.getBigUint64(at, true));
    const data = file.subarray(at + 12, at + 12 + length);
    const [ofLength, ofData] = [at + 8, at + 12 + length].map((place) => unmask(view.getUint32(place, true)));
    if (ofLength !== crc32c(file.subarray(at, at + 8)) || ofData !== crc32c(data)) throw new Error("damaged");
    records.push(readProtobuf(data));
    at += length + 16;
  }
  return records;
}

test("a file's first record is its version, to the byte", () => {
  // wall_time 1.5 and "brain.Event:2".
  const data = Buffer.from(`09000000000000f83f1a0d${Buffer.from("brain.Event:2").toString("hex")}`, "hex");
  const record = encodeFileVersion(1.5);
  assert.is(record.length, 8 + 4 + data.length + 4);
  assert.equal(Buffer.from(record.subarray(0, 8)).toString("hex"), "1800000000000000");
  assert.equal(Buffer.from(record.subarray(12, 12 + data.length)).toString("hex"), data.toString("hex"));
  const [event] = readRecords(record);
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
  const [version, first, second, empty] = readRecords(file);
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
    assert.throws(() => readRecords(flipped), /damaged/);
  }
});

test("a step that is no count, and a time that is none, are refused", () => {
  const good = { wallTime: 1, step: 1, scalars: { loss: 1 } };
  const isOptionError = (error: unknown): boolean => error instanceof OptionError;
  for (const step of [-1, 0.5, Number.NaN, 2 ** 53]) assert.throws(() => encodeEvent({ ...good, step }), isOptionError);
  for (const wallTime of [Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => encodeEvent({ ...good, wallTime }), isOptionError);
    assert.throws(() => encodeFileVersion(wallTime), isOptionError);
  }
});

test.run();
