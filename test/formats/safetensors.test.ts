import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CheckpointError } from "../../lib/base/errors.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  type Safetensors,
  type StoredTensor,
} from "../../lib/formats/safetensors.ts";

const test = suite("safetensors");

const TENSORS: Record<string, StoredTensor> = {
  "fc.weight": { dtype: "F32", shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, Number.NEGATIVE_INFINITY) },
  half: { dtype: "BF16", shape: [3], data: Uint16Array.of(1, 2, 3) },
  count: { dtype: "I64", shape: [], data: BigInt64Array.of(-(2n ** 40n)) },
  none: { dtype: "F64", shape: [0, 7], data: new Float64Array(0) },
  bytes: { dtype: "U8", shape: [3], data: Uint8Array.of(7, 8, 255) },
  __proto__tensor: { dtype: "I8", shape: [1, 1], data: Int8Array.of(-1) },
};

/** A file of any header text and data. */
function file(header: unknown, dataBytes = 0): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 8);
  return bytes;
}

function f32(begin: number, end: number, shape = [(end - begin) / 4]) {
  return { dtype: "F32", shape, data_offsets: [begin, end] };
}

test("what was encoded is decoded, with its metadata", () => {
  const metadata = { model: "cnn", note: "Ziffern — 数字" };
  const decoded = decodeSafetensors(encodeSafetensors(TENSORS, metadata), "a.safetensors");
  assert.equal(decoded.metadata, metadata);
  assert.equal(Object.keys(decoded.tensors).sort(), Object.keys(TENSORS).sort());
  for (const [name, tensor] of Object.entries(TENSORS)) assert.equal(decoded.tensors[name], tensor, name);
});

test("every tensor lies at a multiple of its element's size", () => {
  const bytes = encodeSafetensors(TENSORS);
  const headerBytes = new DataView(bytes.buffer).getUint32(0, true);
  assert.is(headerBytes % 8, 0);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)));
  for (const [name, { data }] of Object.entries(TENSORS)) {
    assert.is(header[name].data_offsets[0] % data.BYTES_PER_ELEMENT, 0, name);
  }
});

test("the result shares no memory with the file, also when that is a Node buffer", () => {
  const bytes = Buffer.from(encodeSafetensors(TENSORS));
  const { tensors } = decodeSafetensors(bytes, "a");
  bytes.fill(0);
  assert.equal(tensors["fc.weight"], TENSORS["fc.weight"]);
});

test("an array that does not fit its dtype and shape is not encoded", () => {
  for (const wrong of [
    { dtype: "F32", shape: [3], data: new Float32Array(2) },
    { dtype: "F32", shape: [2], data: new Int32Array(2) },
    { dtype: "F32", shape: [-1, -2], data: new Float32Array(2) },
    { dtype: "F31" as "F32", shape: [2], data: new Float32Array(2) },
    { dtype: "constructor" as "F32", shape: [2], data: new Float32Array(2) },
  ] as const) {
    assert.throws(
      () => encodeSafetensors({ w: wrong }),
      isCheckpointError(/w is not (F3[12]|constructor) \[[-\d, ]+\]/),
    );
  }
  const one: StoredTensor = { dtype: "U8", shape: [1], data: new Uint8Array(1) };
  assert.throws(() => encodeSafetensors({ __metadata__: one }), isCheckpointError(/__metadata__ is not U8/));
  const count = { epoch: 3 as unknown as string };
  assert.throws(() => encodeSafetensors({ w: one }, count), isCheckpointError(/metadata are texts; epoch is 3/));
  assert.throws(() => encodeSafetensors({}, { text: "x".repeat(1 << 20) }), isCheckpointError(/header takes/));
});

test("each way of breaking the format is refused, naming the file and the tensor", () => {
  const broken: [string, Uint8Array, RegExp][] = [
    ["empty", new Uint8Array(0), /it has 0 bytes/],
    ["half a length", new Uint8Array(7), /it has 7 bytes/],
    ["a header of 2⁶⁴ − 1 bytes", new Uint8Array(64).fill(0xff), /claims 18446744073709551615 bytes, of at most/],
    ["a header longer than the file", file("{}").subarray(0, 9), /claims 2 bytes, but the file has 9/],
    ["no JSON", file("{"), /not JSON/],
    ["not UTF-8", file("{}").map((byte, i) => (i === 8 ? 0xff : byte)), /not JSON/],
    ["nesting without end", file("[".repeat(1 << 19)), /not JSON/],
    ["a list", file("[]"), /not a JSON object/],
    ["null", file("null"), /not a JSON object/],
    ["a key twice", file('{"w": 1, "w": 2}'), /has "w" twice/],
    ["a field twice", file('{"w": {"dtype": "F32", "dtype": "F32"}}'), /has "dtype" twice/],
    ["metadata that are no texts", file({ __metadata__: { a: "b", c: 1 } }), /__metadata__ has 1 as c, which is no/],
    ["metadata that are no object", file({ __metadata__: ["a"] }), /__metadata__ is not an object/],
    ["metadata twice", file('{"__metadata__": {}, "__metadata__": {}}'), /has "__metadata__" twice/],
    ["a key of the metadata twice", file('{"__metadata__": {"a": "", "a": ""}}'), /has "a" twice/],
    ["no header", file(""), /not JSON/],
    ["white space before the header", file(" {}"), /with nothing but spaces behind it/],
    ["a header padded with line feeds", file("{}\n"), /with nothing but spaces behind it/],
    ["a byte order mark", file("\ufeff{}"), /not JSON/],
    ["no object", file({ w: 3 }), /w is not described by an object/],
    ["an unknown dtype", file({ w: { ...f32(0, 4), dtype: "F31" } }, 4), /w has the unknown dtype "F31"/],
    ["a dtype from the prototype", file({ w: { ...f32(0, 4), dtype: "constructor" } }, 4), /unknown dtype/],
    ["an unknown field", file({ w: { ...f32(0, 4), more: 1 } }, 4), /w has the unknown field "more"/],
    ["a name of many lines", file({ ["a\nb".repeat(99)]: 3 }), /"a\\nba\\n.*… is not described/],
    ["a shape of very many axes", file({ w: f32(0, 4, Array(1e5).fill(1)) }, 8), /w has no shape of at most 32/],
    ["a fractional dimension", file({ w: f32(0, 4, [0.5]) }, 4), /w has no shape/],
    [
      "a dimension of minus zero",
      file('{"w": {"dtype": "F32", "shape": [-0], "data_offsets": [0, 0]}}'),
      /w has no shape/,
    ],
    [
      "a dimension beyond 2⁵³",
      file(`{"w": {"dtype": "U8", "shape": [${2 ** 53}, 0], "data_offsets": [0, 0]}}`),
      /no shape/,
    ],
    ["a dimension that is text", file({ w: f32(0, 4, ["1" as unknown as number]) }, 4), /w has no shape/],
    ["a shape that is a number", file({ w: { ...f32(0, 4), shape: 1 } }, 4), /w has no shape/],
    ["a negative dimension", file({ w: f32(0, 4, [-1, -1]) }, 4), /w has no shape/],
    ["three offsets", file({ w: { dtype: "F32", shape: [1], data_offsets: [0, 4, 8] } }, 4), /w has no two offsets/],
    ["a fractional offset", file({ w: f32(0.5, 4.5, [1]) }, 5), /w has no two offsets/],
    ["a negative offset", file({ w: f32(-4, 0, [1]) }, 4), /w has no two offsets/],
    ["no offsets", file({ w: { dtype: "F32", shape: [1] } }, 4), /w has no two offsets/],
    ["a shape that takes more", file({ w: f32(0, 4, [2]) }, 4), /w holds 4 bytes, but F32 \[2\] takes 8/],
    ["a shape beyond all bounds", file({ w: f32(0, 4, [2 ** 52, 2 ** 52]) }, 4), /w has a shape of more than 2\^53/],
    ["a shape beyond all bounds, and a 0", file({ w: f32(0, 0, [2 ** 52, 2 ** 52, 0]) }), /w has a shape of more than/],
    ["a dtype that is none of ours", file({ w: { ...f32(0, 4), dtype: "F8_E4M3" } }, 4), /unknown dtype "F8_E4M3"/],
    ["no dtype", file({ w: { shape: [1], data_offsets: [0, 4] } }, 4), /w has no dtype/],
    ["a wider dtype than its bytes", file({ w: { ...f32(0, 4, [1]), dtype: "F64" } }, 4), /but F64 \[1\] takes 8/],
    ["offsets that go back", file({ w: f32(8, 4, [1]) }, 8), /w holds -4 bytes/],
    ["an overlap", file({ v: f32(0, 8), w: f32(4, 12) }, 12), /w begins at byte 4 of the data, overlapping 8/],
    ["a hole", file({ v: f32(0, 4), w: f32(8, 12) }, 12), /w begins at byte 8 of the data, leaving a hole after 4/],
    ["a hole before the first", file({ w: f32(4, 8) }, 8), /w begins at byte 4 of the data, leaving a hole after 0/],
    ["two in one place", file({ v: f32(0, 4), w: f32(0, 4) }, 4), /w begins at byte 0 of the data, overlapping 4/],
    ["an empty one inside another", file({ v: f32(0, 8), w: f32(4, 4) }, 8), /w begins at byte 4 .* overlapping 8/],
    ["an empty one behind the end", file({ v: f32(0, 4), w: f32(8, 8) }, 4), /w begins at byte 8 .* hole after 4/],
    ["bytes missing", file({ v: f32(0, 4), w: f32(4, 8) }, 6), /w ends at byte 8 of the data, of which there are 6/],
    ["bytes left over", file({ w: f32(0, 4) }, 5), /tensors end at byte 4 of the data, of which there are 5/],
    ["data of no tensor", file({}, 1), /tensors end at byte 0 of the data, of which there are 1/],
  ];
  for (const [what, bytes, pattern] of broken) {
    assert.throws(
      () => decodeSafetensors(bytes, "cnn.safetensors"),
      isCheckpointError(
        new RegExp(`^decodeSafetensors: cnn\\.safetensors is damaged, or not a safetensors file: .*${pattern.source}`),
      ),
      what,
    );
  }
});

test("what the format allows is read: any order, spaces behind the header, empty tensors anywhere, any name", () => {
  const header = { z: f32(8, 12), "": f32(0, 8, [2, 1]), none: f32(8, 8, [3, 0]), end: f32(12, 12, [0]) };
  const { tensors, metadata } = decodeSafetensors(file(`${JSON.stringify(header)}${" ".repeat(7)}`, 12), "a");
  assert.equal(Object.keys(tensors), ["z", "", "none", "end"]);
  assert.equal(tensors[""], { dtype: "F32", shape: [2, 1], data: new Float32Array(2) });
  assert.equal([tensors.none.data.length, tensors.none.shape, metadata], [0, [3, 0], {}]);
  assert.equal(decodeSafetensors(file("{}"), "a"), { tensors: {}, metadata: {} });
});

test("a tensor may be named __proto__ and harms nothing", () => {
  const { tensors } = decodeSafetensors(file(`{"__proto__": ${JSON.stringify(f32(0, 4))}}`, 4), "a");
  assert.equal(Object.keys(tensors), ["__proto__"]);
  assert.is(Object.getPrototypeOf(tensors), Object.prototype);
});

test("files of random damage are decoded or refused, never anything else, and quickly", () => {
  const whole = encodeSafetensors(TENSORS, { model: "cnn" });
  const damage = fc.record({
    length: fc.nat(whole.length),
    flips: fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 })), { maxLength: 8 }),
  });
  const started = performance.now();
  fc.assert(
    fc.property(damage, ({ length, flips }) => {
      const bytes = whole.slice();
      for (const [at, bits] of flips) bytes[at] ^= bits;
      decodeOrRefuse(bytes.subarray(0, length));
      decodeOrRefuse(bytes);
    }),
    { numRuns: 3000, seed: 1 },
  );
  assert.ok(performance.now() - started < 20_000);
});

test("a header in which one figure was changed is refused, unless the tensors cover the data all the same", () => {
  const small = fc.integer({ min: -8, max: 64 });
  const figure = fc.oneof(small, fc.maxSafeInteger(), fc.double(), fc.constantFrom("4", null, [], 2 ** 32, 2 ** 53));
  const change = fc.record({
    name: fc.constantFrom("a", "b", "c"),
    field: fc.constantFrom("shape", "data_offsets"),
    at: fc.nat(2),
    figure,
    dataBytes: fc.constantFrom(28, 28, 28, 27, 29, 0),
  });
  let refused = 0;
  fc.assert(
    fc.property(change, ({ name, field, at, figure, dataBytes }) => {
      const header: Record<string, Record<string, unknown[]>> = JSON.parse(
        JSON.stringify({ a: f32(0, 16, [2, 2]), b: f32(16, 16, [0]), c: f32(16, 28) }),
      );
      header[name][field][at] = figure;
      const bytes = file(header, dataBytes);
      const { tensors } = decodeOrRefuse(bytes) ?? {};
      if (!tensors) {
        refused++;
        return;
      }
      // Read: then sizes, offsets and the data's length agree, by arithmetic that cannot be rounded.
      const entries = Object.values(JSON.parse(JSON.stringify(header))) as ReturnType<typeof f32>[];
      const covered = new Uint8Array(dataBytes);
      for (const {
        shape,
        data_offsets: [begin, end],
      } of entries) {
        assert.is(
          shape.reduce((size, dim) => size * BigInt(dim), 4n),
          BigInt(end - begin),
        );
        for (let i = begin; i < end; i++) covered[i]++;
      }
      assert.ok(covered.every((times) => times === 1));
    }),
    { numRuns: 3000, seed: 3 },
  );
  assert.ok(refused > 1000 && refused < 3000, `${refused} of 3000 were refused`);
});

test("headers of random JSON are decoded or refused, never anything else", () => {
  const entry = fc.record(
    {
      dtype: fc.oneof(fc.constantFrom("F32", "I64", "BOOL"), fc.jsonValue()),
      shape: fc.oneof(fc.array(fc.nat(3), { maxLength: 3 }), fc.jsonValue()),
      data_offsets: fc.oneof(fc.tuple(fc.nat(16), fc.nat(16)), fc.jsonValue()),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(fc.dictionary(fc.string(), entry), fc.jsonValue()), fc.nat(16), (header, dataBytes) => {
      decodeOrRefuse(file(header, dataBytes));
    }),
    { numRuns: 2000, seed: 2 },
  );
});

function decodeOrRefuse(bytes: Uint8Array): Safetensors | null {
  try {
    return decodeSafetensors(bytes, "fuzz");
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    assert.ok(!error.message.includes("\n") && error.message.length < 1000, error.message);
    return null;
  }
}

function isCheckpointError(pattern: RegExp): (error: unknown) => boolean {
  return (error) => {
    if (error instanceof CheckpointError && pattern.test(error.message) && !error.message.includes("\n")) return true;
    throw error;
  };
}

test.run();
