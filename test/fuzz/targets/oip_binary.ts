// Requests for inference with tensors as bytes behind the JSON: lengths that are wrong by one or by far, bytes that are missing or too
// many, numbers that are none, compression.
//
// Garbage: as ./oip_json.ts.

import { deflateSync, gzipSync } from "node:zlib";
import { hostileText } from "../hostile_text.ts";
import { type Answer, askApp, encodeRequest, Refusal } from "../http_request.ts";
import { concat, mutateBytes, utf8 } from "../mutate_bytes.ts";
import { mutateJson } from "../mutate_json.ts";
import { answerFault, describeAnswer, PIXELS, someImages, somePath, someRequest } from "../oip_request.ts";
import type { Random } from "../random.ts";
import type { FuzzTarget } from "../target.ts";

/** Signalling and quiet NaN, infinities, −0, the least and the largest number. */
const STRANGE_FLOATS = [0x7fa00000, 0x7fc00000, 0xffffffff, 0x7f800000, 0xff800000, 0x80000000, 1, 0x7f7fffff] as const;

export const target: FuzzTarget<Answer> = {
  name: "oip_binary",
  errors: [Refusal],
  mutate: (random) => {
    const count = random.pick([1, 1, 2, 3]);
    const tensor = tensorOf(random, count);
    const isRaw = random.oneIn(12);
    const json = isRaw ? new Uint8Array() : jsonOf(random, count, tensor.length);
    const whole = concat(json, tensor);
    const body = random.oneIn(20) ? mutateBytes(random, whole) : whole;
    const headers: Record<string, string> = {};
    if (!random.oneIn(40)) headers["inference-header-content-length"] = random.oneIn(8) ? lengthNear(random, json.length) : String(json.length); // biome-ignore format: one line
    return encodeRequest({ path: somePath(random), headers, body: encoded(random, body, headers) });
  },
  read: askApp,
  garbage: answerFault,
  describe: describeAnswer,
  leastRefusals: 25,
};

function tensorOf(random: Random, count: number): Uint8Array {
  const tensor = new Uint8Array(Float32Array.from(someImages(random, count)).buffer);
  if (random.oneIn(6)) {
    const view = new DataView(tensor.buffer);
    view.setUint32(4 * random.below(count * PIXELS), random.pick(STRANGE_FLOATS), true);
  }
  if (random.oneIn(8)) return tensor.slice(0, random.pick([0, 1, 4, PIXELS * 4 - 1, random.below(tensor.length)]));
  return random.oneIn(10) ? concat(tensor, random.bytes(random.pick([1, 3, 4, 4 * PIXELS]))) : tensor;
}

function jsonOf(random: Random, count: number, size: number): Uint8Array {
  const shape = [random.oneIn(20) ? random.edge() : count, 1, 28, 28];
  const claimed = random.oneIn(10) ? random.pick([size - 1, size + 1, size + 4, -size, random.edge()]) : size;
  const input = { name: "images", shape, datatype: "FP32", parameters: { binary_data_size: claimed } };
  const request = someRequest(random, input);
  if (random.oneIn(12)) {
    // A second input, before or behind, whose bytes are those of the first in part.
    const other = {
      ...input,
      name: random.pick(["images", "mask"]),
      parameters: { binary_data_size: random.below(9) },
    };
    const inputs = request.inputs as unknown[];
    if (random.oneIn(2)) inputs.push(other);
    else inputs.unshift(other);
  }
  return utf8(random.oneIn(2) ? JSON.stringify(request) : mutateJson(random, request));
}

function lengthNear(random: Random, length: number): string {
  if (random.oneIn(3)) return random.pick(["", "0", "-1", "1e3", "0x10", "9999999999999999", "007", `${length}, 5`, ` ${length} `, `${length}.0`]); // biome-ignore format: one line
  if (random.oneIn(4)) return hostileText(random).replace(/[^\x20-\x7e]/g, "?");
  return String(random.oneIn(2) ? Math.max(0, length + random.between(-4, 4)) : random.edge());
}

/** Compressed at times, and then whole or not. */
function encoded(random: Random, body: Uint8Array, headers: Record<string, string>): Uint8Array {
  if (!random.oneIn(10)) return body;
  const name = random.pick(["gzip", "deflate", "identity", "GZIP", "br", "gzip, gzip", "*"]);
  headers["content-encoding"] = name;
  const packed = /gzip/i.test(name) ? gzipSync(body) : name === "deflate" ? deflateSync(body) : body;
  return random.oneIn(3) ? mutateBytes(random, packed) : packed;
}
