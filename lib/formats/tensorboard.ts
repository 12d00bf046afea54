// TensorBoard's event files: one record behind another, so that a run appends to its file as it goes.
//
//   record   u64 length, u32 masked CRC-32C of those eight bytes, data, u32 masked CRC-32C of the data; little-endian
//   data     an Event: wall_time 1 (double), step 2 (int64), file_version 3 (string), summary 5
//   summary  values 1, each: tag 1 (string), simple_value 2 (float)
//
// The first record of a file is its version. TensorBoard reads files whose names hold "tfevents".
// Source: tensorflow/core/lib/io/record_writer.h, tensorflow/core/util/event.proto, framework/summary.proto

import { check, checkOptions, finite, integer as integerFrom, number, object, required } from "../base/check.ts";
import { crc32c } from "../base/crc32c.ts";
import { concat, double, float, integer, message, text } from "./protobuf.ts";

export interface ScalarEvent {
  /** Seconds since 1970. */
  wallTime: number;
  /** What the curve is drawn over: training steps or epochs, an integer ≥ 0. */
  step: number;
  /** Values by tag; a "/" in tags groups the charts. NaN and infinities are allowed, and kept as f32. */
  scalars: Readonly<Record<string, number>>;
}

const FILE_VERSION = "brain.Event:2";
const MASK = 0xa282ead8;

/**
 * The record that an event file begins with.
 *
 * @param wallTime seconds since 1970
 * @throws {OptionError} a time that is not finite
 * @example writeFileSync("events.out.tfevents.run", encodeFileVersion(Date.now() / 1000))
 */
export function encodeFileVersion(wallTime: number): Uint8Array<ArrayBuffer> {
  check("encodeFileVersion", "wallTime", wallTime, finite);
  return record(concat([double(1, wallTime), text(3, FILE_VERSION)]));
}

/**
 * The record of some scalars at one step.
 *
 * @throws {OptionError} a time that is not finite, a step that is no integer ≥ 0, a scalar that is no number
 * @example appendFileSync(file, encodeEvent({ wallTime: Date.now() / 1000, step: 3, scalars: { "loss/train": 0.2 } }))
 */
export function encodeEvent(event: ScalarEvent): Uint8Array<ArrayBuffer> {
  checkOptions("encodeEvent", event, {
    wallTime: required(finite),
    step: required(integerFrom(0)),
    scalars: required(object),
  });
  const { wallTime, step, scalars } = event;
  for (const [tag, value] of Object.entries(scalars)) check("encodeEvent", tag, value, number);
  const values = Object.entries(scalars).map(([tag, value]) => message(1, [text(1, tag), float(2, value)]));
  return record(concat([double(1, wallTime), integer(2, step), message(5, values)]));
}

function record(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const length = new DataView(new ArrayBuffer(8));
  length.setBigUint64(0, BigInt(data.length), true);
  const head = new Uint8Array(length.buffer);
  return concat([head, maskedCrc(head), data, maskedCrc(data)]);
}

/** @internal Turned and shifted, as the format has it: a checksum of data that hold checksums would be weak. */
export function maskedCrc(bytes: Uint8Array): Uint8Array {
  const crc = crc32c(bytes);
  const result = new DataView(new ArrayBuffer(4));
  result.setUint32(0, (((crc >>> 15) | (crc << 17)) + MASK) >>> 0, true);
  return new Uint8Array(result.buffer);
}
