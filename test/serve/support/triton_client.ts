// A client of the Open Inference Protocol that puts on the wire what Python's tritonclient.http puts there, byte for byte, written
// after the protocol: JSON with what was asked for and nothing else, then the tensors; no Content-Type; the header
// Inference-Header-Content-Length where there are tensors. By default inputs and outputs are binary.

import { request } from "node:http";
import { deflateSync, gzipSync } from "node:zlib";

export interface TritonInput {
  name: string;
  shape: readonly number[];
  datatype: string;
  values: Float32Array;
  /** Default true. */
  isBinary?: boolean;
}

export interface TritonOutput {
  name: string;
  /** Default true. */
  isBinary?: boolean;
  /** Of the classification extension. */
  classCount?: number;
}

export interface InferOptions {
  version?: string;
  id?: string;
  /** None: every output that the server answers by itself, binary. */
  outputs?: readonly TritonOutput[];
  /** Microseconds. */
  timeout?: number;
  priority?: number;
  sequenceId?: number;
  compression?: "gzip" | "deflate";
}

export interface Reply {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Buffer;
}

export interface InferReply extends Reply {
  /** The JSON. */
  result: { model_name: string; model_version: string; id: string; outputs: OutputHead[] };
  values(name: string): Float32Array;
}

interface OutputHead {
  name: string;
  datatype: string;
  shape: number[];
  parameters?: { binary_data_size?: number };
  data?: number[];
}

export class TritonError extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** @throws {TritonError} any status but 200: with the member `error` of the body */
export async function tritonInfer(
  url: string,
  model: string,
  inputs: readonly TritonInput[],
  options: InferOptions = {},
): Promise<InferReply> {
  const { version, compression } = options;
  const { body, jsonSize } = inferBody(inputs, options);
  const path = version === undefined ? `/v2/models/${model}/infer` : `/v2/models/${model}/versions/${version}/infer`;
  const headers: Record<string, string> = {};
  if (compression) headers["Content-Encoding"] = compression;
  if (jsonSize !== null) headers["Inference-Header-Content-Length"] = String(jsonSize);
  const sent = compression === "gzip" ? gzipSync(body) : compression === "deflate" ? deflateSync(body) : body;
  return inferReply(await post(url + path, sent, headers));
}

/** @param jsonSize null where no tensor is binary */
export function inferBody(
  inputs: readonly TritonInput[],
  { id, outputs = [], timeout, priority, sequenceId }: InferOptions = {},
): { body: Buffer; jsonSize: number | null } {
  const parameters: Record<string, unknown> = {};
  if (sequenceId !== undefined) Object.assign(parameters, { sequence_id: sequenceId, sequence_start: true, sequence_end: false }); // biome-ignore format: one line
  if (priority !== undefined) parameters.priority = priority;
  if (timeout !== undefined) parameters.timeout = timeout;
  const tensors: Buffer[] = [];
  const asked: Record<string, unknown> = id === undefined ? {} : { id };
  asked.inputs = inputs.map(({ name, shape, datatype, values, isBinary = true }) => {
    if (!isBinary) return { name, shape, datatype, data: [...values] };
    const tensor = Buffer.alloc(4 * values.length);
    for (const [i, value] of values.entries()) tensor.writeFloatLE(value, 4 * i);
    tensors.push(tensor);
    return { name, shape, datatype, parameters: { binary_data_size: tensor.length } };
  });
  if (outputs.length > 0) {
    asked.outputs = outputs.map(({ name, isBinary = true, classCount }) => ({
      name,
      parameters: { ...(classCount === undefined ? {} : { classification: classCount }), binary_data: isBinary },
    }));
  } else parameters.binary_data_output = true;
  if (Object.keys(parameters).length > 0) asked.parameters = parameters;
  const json = Buffer.from(JSON.stringify(asked));
  return { body: Buffer.concat([json, ...tensors]), jsonSize: tensors.length > 0 ? json.length : null };
}

/** The JSON, and each output from where it lies behind it. */
export function inferReply(reply: Reply): InferReply {
  const { status, headers, body } = reply;
  if (status !== 200) throw new TritonError((JSON.parse(String(body)) as { error: string }).error, status);
  const length = headers["inference-header-content-length"];
  const jsonSize = length === undefined ? body.length : Number(length);
  const result = JSON.parse(String(body.subarray(0, jsonSize))) as InferReply["result"];
  const at = new Map<string, number>();
  let offset = jsonSize;
  for (const { name, parameters } of result.outputs) {
    if (parameters?.binary_data_size === undefined) continue;
    at.set(name, offset);
    offset += parameters.binary_data_size;
  }
  if (offset !== body.length) throw new Error(`the reply has ${body.length} bytes, and its outputs end at ${offset}`);
  const values = (wanted: string): Float32Array => {
    const output = result.outputs.find(({ name }) => name === wanted);
    if (!output) throw new Error(`the reply has no output ${wanted}`);
    const start = at.get(wanted);
    if (start === undefined) return Float32Array.from(output.data ?? []);
    const count = (output.parameters?.binary_data_size ?? 0) / 4;
    return Float32Array.from({ length: count }, (_, i) => body.readFloatLE(start + 4 * i));
  };
  return { ...reply, result, values };
}

/** With no headers but those and what HTTP needs. */
export function post(url: string, body: Uint8Array | string, headers: Record<string, string> = {}): Promise<Reply> {
  return send("POST", url, headers, body);
}

export function send(
  method: string,
  url: string,
  headers: Record<string, string> = {},
  body: Uint8Array | string = "",
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const length = String(Buffer.byteLength(body));
    const sent = method === "POST" ? { ...headers, "Content-Length": length } : headers;
    const outgoing = request(url, { method, headers: sent }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () => {
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
