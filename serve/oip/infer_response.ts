// The answer to a request for inference: JSON, with the outputs that were asked for as bytes behind it.

import { CLASSES } from "../inference/served_model.ts";
import type { InferResponseBody, OutputName } from "../schemas/inference_protocol.ts";
import { HEADER_LENGTH, type RequestedOutput } from "./read_infer_request.ts";

export interface InferResult {
  model: { name: string; version: string };
  id: string;
  /** Whether the one image shows a digit; null where nobody asked, or nobody can say. */
  judgement?: { isDigit: boolean; reason: string | null } | null;
  /** Each [n, 10]. */
  values: Readonly<Record<OutputName, Float32Array>>;
}

/** @param outputs in the order in which they are answered, the bytes of the binary ones as well */
export function inferResponse(
  { model, id, judgement, values }: InferResult,
  outputs: readonly RequestedOutput[],
): Response {
  const body: InferResponseBody = {
    model_name: model.name,
    model_version: model.version,
    id,
    ...(judgement ? { parameters: parametersOf(judgement) } : {}),
    outputs: outputs.map(({ name, isBinary }) => {
      const output = values[name];
      return {
        name,
        datatype: "FP32",
        shape: [output.length / CLASSES, CLASSES],
        ...(isBinary ? { parameters: { binary_data_size: output.byteLength } } : { data: Array.from(output) }),
      };
    }),
  };
  const json = JSON.stringify(body);
  const tensors = outputs.filter(({ isBinary }) => isBinary).map(({ name }) => bytesOf(values[name]));
  if (tensors.length === 0) return new Response(json, { headers: { "content-type": "application/json" } });
  const header = Buffer.from(json);
  const headers = { "content-type": "application/octet-stream", [HEADER_LENGTH]: String(header.length) };
  return new Response(Buffer.concat([header, ...tensors]), { headers });
}

function parametersOf({
  isDigit,
  reason,
}: NonNullable<InferResult["judgement"]>): NonNullable<InferResponseBody["parameters"]> {
  return { is_digit: isDigit, ...(reason === null ? {} : { reason }) };
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
