// Requests of the Open Inference Protocol, and what a plain reader of the protocol makes of them: with JSON.parse, DataView and
// no limit, one number after another.

import { gunzipSync, inflateSync } from "node:zlib";
import type { Sequential } from "../../lib/index.ts";
import { loadModel } from "../../store/checkpoints/load_model.ts";
import { bits, forward } from "../serve/support/normalised_digits.ts";
import type { Answer, SentRequest } from "./http_request.ts";
import type { Random } from "./random.ts";

export const PIXELS = 784;
const HEADER = "inference-header-content-length";
const MAX_BODY_BYTES = 2 ** 20;
const NETWORKS = new Map<string, Sequential>();

export interface InputTensor {
  name?: unknown;
  shape?: unknown;
  datatype?: unknown;
  parameters?: unknown;
  data?: unknown;
}

/** Values as normalised pixels have them, short as JSON. */
export function someImages(random: Random, count: number): number[] {
  const values = [random.pick([0, 0.5, -0.25, 2.75, 1]), random.pick([0, -0.5, 1.25])];
  return Array.from({ length: count * PIXELS }, () => values[random.oneIn(4) ? 1 : 0]);
}

/** Ways to write the same numbers. */
export function asData(random: Random, values: readonly number[], count: number): unknown {
  if (random.oneIn(2)) return [...values];
  return Array.from({ length: count }, (_, image) => [
    Array.from({ length: 28 }, (_, row) => values.slice(image * PIXELS + row * 28, image * PIXELS + row * 28 + 28)),
  ]);
}

/** Few bytes that claim a large tensor: as many images as the shape says, or fewer, with nothing in them. */
export function hollowInput(random: Random): InputTensor {
  const image = random.pick([[], [[]], [Array(28).fill([])], [Array(28).fill([0])]]);
  // JSON.parse alone takes 50 ms and more for a whole body of short lists.
  const length = Math.floor(random.pick([0.01, 0.05, 0.2]) * (MAX_BODY_BYTES / (JSON.stringify(image).length + 1)));
  const count = random.oneIn(4) ? random.pick([1, 4096, 65_536, 2 ** 32]) : length;
  return { name: "images", shape: [count, 1, 28, 28], datatype: "FP32", data: Array(length).fill(image) };
}

/** What else a request may hold. */
export function someRequest(random: Random, input: InputTensor): Record<string, unknown> {
  const outputs = random.pick([
    undefined,
    [{ name: "logits" }],
    [{ name: "probabilities", parameters: { binary_data: true } }, { name: "logits" }],
    [{ name: "logits", parameters: { binary_data: false } }],
  ]);
  const parameters = random.pick([undefined, { timeout: 5_000_000 }, { binary_data_output: true, priority: 1 }]);
  return {
    ...(random.oneIn(2) ? { id: random.pick(["", "1", "é😀", "a".repeat(random.below(8))]) } : {}),
    ...(parameters ? { parameters } : {}),
    inputs: [input],
    ...(outputs ? { outputs } : {}),
  };
}

export function somePath(random: Random): string {
  const model = random.oneIn(4) ? "cnn" : "linear";
  return `/v2/models/${model}${random.oneIn(6) ? "/versions/0" : ""}/infer`;
}

/** What is wrong with an answer; null where it is what the plain reader computes. */
export function answerFault({ request, headers, body }: Answer): string | null {
  const expected = plainRead(request);
  if (typeof expected === "string") return expected;
  const length = headers.get(HEADER);
  const jsonBytes = length === null ? body.length : Number(length);
  const answered = JSON.parse(new TextDecoder().decode(body.subarray(0, jsonBytes))) as {
    model_name: string;
    id: string;
    outputs: { name: string; shape: number[]; datatype: string; data?: number[]; parameters?: { binary_data_size: number } }[]; // biome-ignore format: one line
  };
  const model = /^\/v2\/models\/(\w+)/.exec(request.path)?.[1] ?? "";
  if (answered.model_name !== model) return `the answer of ${answered.model_name}`;
  if (expected.id ? answered.id !== expected.id : !answered.id) return `the id ${answered.id}`;
  const names = answered.outputs.map(({ name }) => name);
  if (names.join() !== expected.outputs.map(({ name }) => name).join()) return `the outputs ${names}`;
  const values = forward(networkOf(model), Float32Array.from(expected.images));
  let at = jsonBytes;
  for (const [i, { name, shape, datatype, data, parameters }] of answered.outputs.entries()) {
    if (shape.join() !== `${expected.images.length / PIXELS},10` || datatype !== "FP32")
      return `a ${datatype} [${shape}]`;
    if (expected.outputs[i].isBinary === (data !== undefined)) return `${name} in the other form`;
    const size = parameters?.binary_data_size ?? 0;
    const found = data ? Float32Array.from(data) : new Float32Array(body.slice(at, at + size).buffer);
    at += size;
    if (bits(found).join() !== bits(values[name as "logits" | "probabilities"]).join()) return `other ${name}`;
  }
  return at === body.length ? null : `${body.length - at} bytes more than were said`;
}

/** As the corpus records it: which outputs, of how many images, and in which form. */
export function describeAnswer({ headers, body }: Answer): string {
  const json = body.subarray(0, Number(headers.get(HEADER) ?? body.length));
  const { outputs } = JSON.parse(new TextDecoder().decode(json)) as { outputs: { name: string; shape: number[]; data?: unknown }[] }; // biome-ignore format: one line
  return outputs.map(({ name, shape, data }) => `${name} [${shape}] ${data ? "as JSON" : "in binary"}`).join(", ");
}

interface PlainRequest {
  id: unknown;
  images: number[];
  outputs: { name: string; isBinary: boolean }[];
}

/** @returns why it is none */
function plainRead({ headers, body: sent }: SentRequest): PlainRequest | string {
  const encoding = (headers["content-encoding"] ?? "identity").toLowerCase();
  const body = encoding === "gzip" ? gunzipSync(sent) : encoding === "deflate" ? inflateSync(sent) : sent;
  const length = headers[HEADER]?.trim();
  const floats = (from: number, to: number): number[] => {
    const view = new DataView(body.buffer, body.byteOffset + from, to - from);
    return Array.from({ length: (to - from) / 4 }, (_, i) => view.getFloat32(4 * i, true));
  };
  if (length === "0") return { id: "", images: floats(0, body.length), outputs: [{ name: "logits", isBinary: true }] };
  const jsonBytes = length === undefined ? body.length : Number(length);
  const { id, inputs, outputs, parameters } = JSON.parse(new TextDecoder().decode(body.subarray(0, jsonBytes)));
  if (inputs.length !== 1) return "several inputs";
  const [{ name, shape, datatype, data, parameters: of }] = inputs;
  if (name !== "images" || datatype !== "FP32") return `an input ${name} of ${datatype}`;
  if (!/^[1-9]\d*,1,28,28$/.test(shape.join())) return `the shape ${shape}`;
  const isBinary = typeof of?.binary_data_size === "number";
  if (isBinary && of.binary_data_size !== body.length - jsonBytes) return "a tensor of another size";
  if (!isBinary && jsonBytes !== body.length) return "bytes that nobody spoke of";
  const images: unknown[] = isBinary ? floats(jsonBytes, body.length) : data.flat(Number.POSITIVE_INFINITY);
  if (images.length !== shape[0] * PIXELS) return `${images.length} numbers for the shape ${shape}`;
  if (!images.every((value) => typeof value === "number" && Number.isFinite(Math.fround(value)))) return "what is no number"; // biome-ignore format: one line
  const all = parameters?.binary_data_output ?? false;
  const asked = (outputs ?? []) as { name: string; parameters?: { binary_data?: boolean | null } | null }[];
  return {
    ...{ id, images: images as number[] },
    outputs:
      asked.length === 0
        ? [{ name: "logits", isBinary: all }]
        : asked.map((each) => ({ name: each.name, isBinary: each.parameters?.binary_data ?? all })),
  };
}

function networkOf(name: string): Sequential {
  const known = NETWORKS.get(name) ?? loadModel("no outputs here", { kind: "shipped" }, name as "cnn" | "linear").network; // biome-ignore format: one line
  NETWORKS.set(name, known);
  return known;
}
