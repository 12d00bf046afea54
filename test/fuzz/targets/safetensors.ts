// safetensors, whoever wrote it: names, types, shapes and places of tensors, and texts.
//
// Garbage: tensors that overlap, leave holes or do not end with the file; an array that is not its bytes; texts that are
// none; a file that is another after it was written and read again.

import { CheckpointError } from "../../../lib/base/errors.ts";
import { decodeSafetensors, encodeSafetensors, type Safetensors } from "../../../lib/formats/safetensors.ts";
import { ARRAYS, type StoredDType } from "../../../lib/formats/safetensors_header.ts";
import { sizeOf } from "../../../lib/tensor/shape.ts";
import { hostileText } from "../hostile_text.ts";
import { concat, mutateBytes, utf8 } from "../mutate_bytes.ts";
import { mutateJson } from "../mutate_json.ts";
import type { Random } from "../random.ts";
import type { FuzzTarget } from "../target.ts";

const DTYPES = Object.keys(ARRAYS) as StoredDType[];

export const target: FuzzTarget<Safetensors> = {
  name: "safetensors",
  errors: [CheckpointError],
  mutate: (random) => {
    const { header, dataBytes } = headerOf(random);
    const json = random.oneIn(5) ? JSON.stringify(header) : mutateJson(random, header);
    const text = utf8(json + " ".repeat(random.oneIn(3) ? random.below(9) : (8 - (json.length % 8)) % 8));
    const data = random.bytes(Math.max(0, dataBytes + (random.oneIn(8) ? random.between(-4, 4) : 0)));
    const file = concat(lengthOf(random.oneIn(20) ? random.edge() : text.length), text, data);
    return random.oneIn(8) ? mutateBytes(random, file) : file;
  },
  read: (input) => decodeSafetensors(input),
  garbage: (value, input) => faultOf(value, input),
  describe: ({ tensors, metadata }) =>
    `${Object.entries(tensors).map(([name, { dtype, shape }]) => `${JSON.stringify(name)} ${dtype} [${shape}]`)}; ${JSON.stringify(metadata)}`,
  repair: repairedLength,
  leastRefusals: 25,
};

/** A header that fits its data. */
function headerOf(random: Random): { header: Record<string, unknown>; dataBytes: number } {
  const header: Record<string, unknown> = {};
  if (random.oneIn(3)) {
    header.__metadata__ = Object.fromEntries(
      Array.from({ length: random.below(4) }, (_, i) => [
        random.oneIn(4) ? hostileText(random) : `key${i}`,
        hostileText(random),
      ]),
    );
  }
  let at = 0;
  for (let n = random.below(5); n > 0; n--) {
    const dtype = random.pick(DTYPES);
    const shape = Array.from({ length: random.below(4) }, () => random.below(4));
    const end = at + sizeOf(shape) * ARRAYS[dtype].BYTES_PER_ELEMENT;
    const name = random.oneIn(8) ? hostileText(random) : `w${n}`;
    header[name] = { dtype, shape, data_offsets: [at, end] };
    at = end;
  }
  return { header, dataBytes: at };
}

export function lengthOf(bytes: number): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(8);
  new DataView(result.buffer).setBigUint64(0, BigInt(bytes), true);
  return result;
}

/** With a length that ends the header at its last brace. */
function repairedLength(bytes: Uint8Array): Uint8Array {
  const end = bytes.lastIndexOf(0x7d);
  return end < 8 ? bytes : concat(lengthOf(end - 7), bytes.subarray(8));
}

function faultOf({ tensors, metadata }: Safetensors, input: Uint8Array): string | null {
  const start = 8 + Number(new DataView(input.buffer, input.byteOffset).getBigUint64(0, true));
  const { __metadata__, ...header } = JSON.parse(new TextDecoder().decode(input.subarray(8, start)));
  const names = Object.keys(header);
  if (names.length !== Object.keys(tensors).length) return "another number of tensors than its header has";
  const places: [number, number][] = [];
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    const [begin, end] = header[name].data_offsets;
    const size = shape.reduce((product, dim) => product * BigInt(dim), 1n) * BigInt(ARRAYS[dtype].BYTES_PER_ELEMENT);
    if (size !== BigInt(end - begin) || data.byteLength !== end - begin)
      return "a tensor of another size than its place";
    const own = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    if (own.compare(input.subarray(start + begin, start + end)) !== 0) return "a tensor of other bytes than its place";
    places.push([begin, end]);
  }
  let at = 0;
  for (const [begin, end] of places.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    if (begin !== at) return begin < at ? "tensors that overlap" : "a hole between tensors";
    at = end;
  }
  if (start + at !== input.length) return "bytes that no tensor has";
  if (Object.values(metadata).some((text) => typeof text !== "string")) return "metadata that are no texts";
  return isSameAgain({ tensors, metadata }) ? null : "what is another after it was written and read again";
}

function isSameAgain({ tensors, metadata }: Safetensors): boolean {
  const again = decodeSafetensors(encodeSafetensors(tensors, metadata));
  const digest = (file: Safetensors): string =>
    JSON.stringify([
      Object.entries(file.tensors)
        .map(([name, { dtype, shape, data }]) => [
          name,
          dtype,
          shape,
          Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("latin1"),
        ])
        .sort(),
      Object.entries(file.metadata).sort(),
    ]);
  return digest(again) === digest({ tensors, metadata });
}
