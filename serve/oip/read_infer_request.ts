// A request for inference: JSON alone, or JSON with the tensors as bytes behind it (the binary tensor data extension).
//
//   Inference-Header-Content-Length: j
//   | JSON, j bytes | tensor of the first binary input | of the second | …
//
// Without that header the body is JSON and nothing else. Where it is 0 there is no JSON: the body is the one input, and
// the outputs are answered as bytes.

import { printable } from "../../lib/base/printable.ts";
import { badRequest, Problem } from "../http/problem.ts";
import { readJson } from "../http/read_json.ts";
import { PIXELS, SIDE } from "../inference/served_model.ts";
import {
  DEFAULT_OUTPUTS,
  INFER_REQUEST,
  INPUT_NAME,
  type InferRequestBody,
  OUTPUT_NAMES,
  type OutputName,
} from "../schemas/inference_protocol.ts";
import { firstNonFinite, readBytes, readNumbers } from "./read_tensor.ts";

export const HEADER_LENGTH = "inference-header-content-length";
export const INPUT_SHAPE = [-1, 1, SIDE, SIDE] as const;
const IMAGE_BYTES = 4 * PIXELS;

export interface InferRequest {
  /** As the client gave it. */
  id?: string;
  /** [n, 1, 28, 28], normalised, every number finite. There is one channel: it is [n, 28, 28, 1] as well. */
  images: Float32Array;
  outputs: RequestedOutput[];
  /** Whether it is asked whether the one image shows a digit. */
  wantsJudgement: boolean;
  /** Milliseconds that the client waits. */
  timeoutMs?: number;
}

export interface RequestedOutput {
  name: OutputName;
  isBinary: boolean;
}

type Input = InferRequestBody["inputs"][number];

/** A request as it came. */
interface SentRequest {
  body: Uint8Array;
  /** Of Inference-Header-Content-Length; undefined: there is none. */
  headerLength: string | undefined;
}

/**
 * @param checkRoom throws where so many images cannot be taken: asked before there is memory for them
 * @throws {Problem} 400 not what the protocol says, with the place; 501 an unsupported extension; what checkRoom throws
 */
export function readInferRequest(
  { body, headerLength }: SentRequest,
  checkRoom: (count: number) => void,
): InferRequest {
  const hasHeader = headerLength !== undefined;
  const jsonBytes = hasHeader ? jsonLength(headerLength, body.length) : body.length;
  if (hasHeader && jsonBytes === 0) return rawRequest(body);
  const where = !hasHeader ? "the body" : `the JSON, of ${jsonBytes} bytes as ${HEADER_LENGTH} says,`;
  const request = readJson(body.subarray(0, jsonBytes), INFER_REQUEST, where);
  const { id, inputs, parameters } = request;
  refuseExtensions(request);
  const tensors = binaryTensors(inputs, body.subarray(jsonBytes), hasHeader);
  const [input] = inputs;
  for (const [i, { name }] of inputs.entries()) {
    if (name !== INPUT_NAME)
      throw badRequest(`inputs[${i}].name is ${printable(name)}; the one input is "${INPUT_NAME}"`);
    if (i > 0) throw badRequest(`inputs holds "${INPUT_NAME}" twice; send its images as one tensor [n, 1, 28, 28]`);
  }
  checkRoom(countOf(input));
  const images = imagesOf(input, tensors[0]);
  const outputs = requestedOutputs(request.outputs ?? [], parameters?.binary_data_output ?? false);
  const timeoutMs = parameters?.timeout ? parameters.timeout / 1000 : undefined;
  const wantsJudgement = parameters?.is_digit ?? false;
  if (wantsJudgement && images.length > PIXELS) {
    throw badRequest(`parameters.is_digit is answered for one image; got ${images.length / PIXELS}`);
  }
  return { id: id || undefined, images, outputs, wantsJudgement, timeoutMs };
}

function jsonLength(header: string, bodyBytes: number): number {
  if (!/^\d{1,15}$/.test(header))
    throw badRequest(`${HEADER_LENGTH} must be a number of bytes; got ${printable(header)}`);
  const bytes = Number(header);
  if (bytes > bodyBytes) throw badRequest(`${HEADER_LENGTH} is ${bytes}, and the body has ${bodyBytes} bytes`);
  return bytes;
}

/** The whole body is the input, as many images as it holds. */
function rawRequest(body: Uint8Array): InferRequest {
  if (body.length === 0 || body.length % IMAGE_BYTES !== 0) {
    const what = `a body that is a tensor alone, as ${HEADER_LENGTH}: 0 says, must have ${IMAGE_BYTES} bytes an image`;
    throw badRequest(`${what}; it has ${body.length}`);
  }
  return {
    images: finite(readBytes(body)),
    outputs: DEFAULT_OUTPUTS.map((name) => ({ name, isBinary: true })),
    wantsJudgement: false,
  };
}

/** The bytes of each input that has any. */
function binaryTensors(inputs: readonly Input[], bytes: Uint8Array, hasHeader: boolean): (Uint8Array | undefined)[] {
  let at = 0;
  const tensors = inputs.map(({ parameters, data }, i) => {
    const size = parameters?.binary_data_size ?? undefined;
    const hasData = data !== undefined && data !== null;
    if (size === undefined) {
      if (!hasData) throw badRequest(`inputs[${i}] has no data, and no parameters.binary_data_size`);
      return undefined;
    }
    if (hasData) throw badRequest(`inputs[${i}] has data and parameters.binary_data_size; send one of them`);
    if (!hasHeader)
      throw badRequest(`inputs[${i}] is binary; the header ${HEADER_LENGTH} must say how long the JSON is`);
    const tensor = bytes.subarray(at, at + size);
    at += size;
    return tensor;
  });
  if (at !== bytes.length) {
    throw badRequest(`the inputs' binary_data_size come to ${at} bytes, and ${bytes.length} bytes follow the JSON`);
  }
  return tensors;
}

/** How many images its shape claims. */
function countOf({ datatype, shape }: Input): number {
  if (datatype !== "FP32") throw badRequest(`inputs[0].datatype must be "FP32"; got ${printable(datatype)}`);
  const [count] = shape;
  const isShape = shape.length === INPUT_SHAPE.length && count >= 1 && shape.every((n, i) => i === 0 || n === INPUT_SHAPE[i]); // biome-ignore format: one line
  if (!isShape) throw badRequest(`inputs[0].shape must be [n, 1, 28, 28] with n ≥ 1; got [${shape.join(", ")}]`);
  return count;
}

/** @param bytes its tensor, where it is binary */
function imagesOf({ shape, data }: Input, bytes: Uint8Array | undefined): Float32Array {
  const [count] = shape;
  if (bytes === undefined) return finite(readNumbers(data, shape, "inputs[0].data"));
  if (bytes.length !== count * IMAGE_BYTES) {
    const expected = `${count * IMAGE_BYTES} bytes, 4 a number`;
    throw badRequest(`inputs[0] has ${bytes.length} bytes; the shape [${shape.join(", ")}] has ${expected}`);
  }
  return finite(readBytes(bytes));
}

function finite(images: Float32Array): Float32Array {
  const index = firstNonFinite(images);
  if (index < 0) return images;
  const [image, row, column] = [Math.floor(index / PIXELS), Math.floor((index % PIXELS) / SIDE), index % SIDE];
  throw badRequest(
    `${INPUT_NAME}[${image}][0][${row}][${column}] is ${images[index]} in FP32; every number must be finite, and none is inferred`,
  );
}

function requestedOutputs(asked: NonNullable<InferRequestBody["outputs"]>, isBinary: boolean): RequestedOutput[] {
  if (asked.length === 0) return DEFAULT_OUTPUTS.map((name) => ({ name, isBinary }));
  return asked.map(({ name, parameters }, i) => {
    if (!isOutputName(name)) {
      throw badRequest(`outputs[${i}].name is ${printable(name)}; there are ${OUTPUT_NAMES.map((each) => `"${each}"`).join(" and ")}`); // biome-ignore format: one line
    }
    if (asked.findIndex((each) => each.name === name) < i) throw badRequest(`outputs holds "${name}" twice`);
    return { name, isBinary: parameters?.binary_data ?? isBinary };
  });
}

function isOutputName(name: string): name is OutputName {
  return OUTPUT_NAMES.some((each) => each === name);
}

/** Parameters that change what a request means: ignoring them would answer another question. */
function refuseExtensions({ parameters, inputs, outputs }: InferRequestBody): void {
  if (parameters?.sequence_id) throw unsupported("parameters.sequence_id", "the networks keep no state");
  for (const [i, input] of inputs.entries()) refuseSharedMemory(input.parameters, `inputs[${i}]`);
  for (const [i, output] of (outputs ?? []).entries()) {
    refuseSharedMemory(output.parameters, `outputs[${i}]`);
    if (output.parameters?.classification) {
      throw unsupported(`outputs[${i}].parameters.classification`, 'ask for "probabilities" instead');
    }
  }
}

function refuseSharedMemory(parameters: Record<string, unknown> | null | undefined, place: string): void {
  if (parameters && Object.hasOwn(parameters, "shared_memory_region")) {
    throw unsupported(`${place}.parameters.shared_memory_region`, "send the tensor in the body");
  }
}

function unsupported(place: string, hint: string): Problem {
  return new Problem(501, `${place} is of an extension that this server does not have; ${hint}. GET /v2 names those it has.`, { reason: "not_implemented" }); // biome-ignore format: one line
}
