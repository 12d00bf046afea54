// What is sent: requests as bytes, made beforehand, so that the generators only write them.

import { MNIST_MEAN, MNIST_STD } from "../../data/index.ts";
import { type PictureSize, pictures, type SentPicture } from "./pictures.ts";

/** Images in a request of the Open Inference Protocol. */
export const OIP_IMAGES = 32;
const PIXELS = 784;
const BOUNDARY = "----simdgradBenchBoundary";

/** Requests to send in rotation. */
export interface RequestSet {
  readonly name: string;
  /** HTTP/1.1, whole: the port in `Host` means nothing to either server. */
  readonly requests: readonly Buffer[];
  /** In each request. */
  readonly images: number;
}

export async function multipartRequests(size: PictureSize, count = 200, model = "cnn"): Promise<RequestSet> {
  const sent = await pictures(count, size);
  return {
    name: `PNG ${size}×${size}, multipart`,
    requests: sent.map(({ png }) => multipartRequest(png, model)),
    images: 1,
  };
}

export async function base64Requests(size: PictureSize, count = 200, model = "cnn"): Promise<RequestSet> {
  const sent = await pictures(count, size);
  return {
    name: `PNG ${size}×${size}, JSON base64`,
    requests: sent.map(({ png }) => {
      const body = { image: Buffer.from(png).toString("base64"), model_type: model };
      return post("/predict/base64", "application/json", Buffer.from(JSON.stringify(body)));
    }),
    images: 1,
  };
}

export async function oipJsonRequests(requests = 20, model = "cnn"): Promise<RequestSet> {
  const groups = await imageGroups(requests);
  return {
    name: `OIP JSON, ${OIP_IMAGES} images`,
    requests: groups.map((group) => {
      const body = { inputs: [{ ...OIP_INPUT, data: Array.from(group) }] };
      return post(`/v2/models/${model}/infer`, "application/json", Buffer.from(JSON.stringify(body)));
    }),
    images: OIP_IMAGES,
  };
}

/** As Triton's Python client sends them by default. */
export async function oipBinaryRequests(requests = 20, model = "cnn"): Promise<RequestSet> {
  const groups = await imageGroups(requests);
  return {
    name: `OIP binary, ${OIP_IMAGES} images`,
    requests: groups.map((group) => {
      const tensor = Buffer.from(group.buffer, group.byteOffset, group.byteLength);
      const input = { ...OIP_INPUT, parameters: { binary_data_size: tensor.length } };
      const output = { name: "logits", parameters: { binary_data: true } };
      const json = Buffer.from(JSON.stringify({ inputs: [input], outputs: [output] }));
      return post(`/v2/models/${model}/infer`, "application/octet-stream", Buffer.concat([json, tensor]), {
        "Inference-Header-Content-Length": String(json.length),
      });
    }),
    images: OIP_IMAGES,
  };
}

const OIP_INPUT = { name: "images", shape: [OIP_IMAGES, 1, 28, 28], datatype: "FP32" };

/** Normalised as the networks read them. */
async function imageGroups(count: number): Promise<Float32Array[]> {
  const sent: SentPicture[] = await pictures(count * OIP_IMAGES, 28);
  return Array.from({ length: count }, (_, i) => {
    const group = new Float32Array(OIP_IMAGES * PIXELS);
    for (const [j, { pixels }] of sent.slice(i * OIP_IMAGES, (i + 1) * OIP_IMAGES).entries()) {
      for (let k = 0; k < PIXELS; k++) group[j * PIXELS + k] = (pixels[k] / 255 - MNIST_MEAN) / MNIST_STD;
    }
    return group;
  });
}

export function multipartRequest(png: Uint8Array, model: string): Buffer {
  const part = (disposition: string): string => `--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\n`;
  const body = Buffer.concat([
    Buffer.from(`${part('name="model_type"')}\r\n${model}\r\n`),
    Buffer.from(`${part('name="file"; filename="digit.png"')}Content-Type: image/png\r\n\r\n`),
    png,
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ]);
  return post("/predict", `multipart/form-data; boundary=${BOUNDARY}`, body);
}

function post(path: string, type: string, body: Uint8Array, headers: Record<string, string> = {}): Buffer {
  const lines = [
    `POST ${path} HTTP/1.1`,
    "Host: 127.0.0.1",
    "Accept: */*",
    `Content-Type: ${type}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), body]);
}
