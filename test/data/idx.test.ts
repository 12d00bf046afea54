import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError } from "../../lib/base/errors.ts";
import { readIdx } from "../../lib/data/idx.ts";

const test = suite("readIdx");

function idx(magic: number, dims: readonly number[], payload: number): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * dims.length + payload);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic);
  dims.forEach((dim, axis) => {
    view.setUint32(4 + 4 * axis, dim);
  });
  for (let i = 0; i < payload; i++) bytes[4 + 4 * dims.length + i] = i % 256;
  return bytes;
}

function message(bytes: Uint8Array, fileName: string, rank?: number): string {
  try {
    readIdx(bytes, fileName, { rank });
  } catch (error) {
    assert.instance(error, DataError);
    assert.not.match((error as Error).message, "\n");
    return (error as Error).message;
  }
  return "accepted";
}

test("shape and bytes come back, without a copy", () => {
  const bytes = idx(0x803, [2, 3, 4], 24);
  const { shape, data } = readIdx(bytes, "images");
  assert.equal(shape, [2, 3, 4]);
  assert.equal([...data], [...Array(24).keys()]);
  assert.is(data.buffer, bytes.buffer);
  assert.equal(readIdx(idx(0x801, [0], 0), "labels").shape, [0]);
});

test("bytes inside a larger buffer are read from where they start", () => {
  const whole = new Uint8Array(100);
  whole.set(idx(0x801, [3], 3), 7);
  assert.equal([...readIdx(whole.subarray(7, 18), "labels", { rank: 1 }).data], [0, 1, 2]);
});

test("a gzip file is recognised", () => {
  assert.is(
    message(Uint8Array.of(0x1f, 0x8b, 0x08, 0x00, 1, 2, 3), "train-images-idx3-ubyte", 3),
    "readIdx: bad magic 0x1f8b0800 in train-images-idx3-ubyte, expected 0x00000803. This is a gzip file; decompress it first.",
  );
});

test("another magic, dtype or rank is named", () => {
  assert.match(message(idx(0x89504e47, [1], 1), "a.png"), "This is a PNG picture.");
  assert.match(message(idx(0x00000d03, [1, 1, 1], 1), "floats"), "another dtype");
  assert.match(message(idx(0x801, [5], 5), "labels", 3), "Its rank is 1");
  assert.match(message(idx(0x800, [], 1), "scalar"), "expected 0x00000801 to 0x00000804");
  assert.match(message(idx(0x12345678, [1], 1), "noise"), "Is noise an IDX file?");
});

test("another kind of file is named, and what to do", () => {
  const named = (text: string): string => message(new TextEncoder().encode(text), "train-images-idx3-ubyte", 3);
  assert.match(
    named("<!DOCTYPE html><title>Not found</title>"),
    "This is an HTML page, sent in place of the file or saved under its name; fetch it again.",
  );
  assert.match(named("version https://git-lfs.github.com/spec/v1\n"), "This is a Git LFS pointer to the file, ");
  assert.match(named("PK\x03\x04 and more"), "This is a ZIP archive; decompress it first.");
  assert.match(named("not a data set"), "This is a text file, sent in place of the file");
});

test("every truncation and every excess is refused", () => {
  const bytes = idx(0x803, [2, 3, 4], 24);
  for (let length = 0; length < bytes.length; length++) {
    assert.match(message(bytes.slice(0, length), "cut", 3), "cut is truncated");
  }
  assert.match(message(idx(0x803, [2, 3, 4], 25), "long"), "long is too long; [2, 3, 4] needs 40 bytes, it has 41");
});

test("dimensions whose product exceeds every integer are refused, not multiplied modulo 2³²", () => {
  assert.match(message(idx(0x804, [0xffffffff, 0x8000, 0x8000, 1], 0), "huge"), "is truncated");
  assert.match(message(idx(0x804, [0x10000, 0x10000, 0x10000, 0x10000], 0), "huge"), "items of 281474976710656 bytes");
});

test("a dimension of 0 hides no others: only the first may be one", () => {
  assert.match(
    message(idx(0x804, [2147483646, 9, 0, 7], 0), "none"),
    /^readIdx: none claims \[2147483646, 9, 0, 7\], items of 0 bytes\. Fetch it again\.$/,
  );
  assert.match(message(idx(0x802, [0xffffffff, 0], 0), "none"), "items of 0 bytes");
  assert.match(message(idx(0x803, [0, 0xffffffff, 0xffffffff], 0), "none"), "items of 18446744065119617000 bytes");
  assert.match(message(idx(0x804, [0, 0xffffffff, 0xffffffff, 0xffffffff], 0), "none"), /items of 7\.9\d+e\+28 bytes/);
  assert.equal(readIdx(idx(0x803, [0, 28, 28], 0), "none").shape, [0, 28, 28]);
  assert.equal(readIdx(idx(0x801, [0], 0), "none").shape, [0]);
});

test("whatever the bytes, the result is an array of the promised size or a DataError (fuzz)", () => {
  const almostIdx = fc
    .tuple(
      fc.constantFrom(0x800, 0x801, 0x802, 0x803, 0x805, 0x1f8b0800),
      fc.array(fc.nat(6), { maxLength: 5 }),
      fc.nat(80),
    )
    .map(([magic, dims, payload]) => idx(magic, dims, payload));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), almostIdx), (bytes) => {
      try {
        const { shape, data } = readIdx(bytes, "fuzz");
        assert.is(shape.indexOf(0) <= 0, true);
        assert.is(
          data.length,
          shape.reduce((product, dim) => product * dim, 1),
        );
      } catch (error) {
        assert.instance(error, DataError);
      }
    }),
    { numRuns: 2000, seed: 1 },
  );
});

test.run();
