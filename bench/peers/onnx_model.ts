// The CNN in evaluation as an ONNX file, layer by layer as models/cnn.ts has it: what folds and fuses is the
// reader's affair. IR 8, opset 17, images [N, 1, 28, 28] in, logits [N, 10] out.
//
// A protocol buffer is a row of fields, each a key and its content: key = number·8 + 0 for an integer,
// number·8 + 2 for bytes with their length before them, number·8 + 5 for four bytes.
// Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto

import type { StoredTensor } from "../../lib/index.ts";

type State = Readonly<Record<string, StoredTensor>>;
type Bytes = readonly number[] | Uint8Array;

const FLOAT = 1;
/** Kinds of attribute. */
const [INT, INTS] = [2, 7];
const BATCH_NORM = ["weight", "bias", "running_mean", "running_var"];

/** @param state in PyTorch's names and layout, which are ONNX's */
export function onnxModel(state: State): Uint8Array {
  const nodes: number[][] = [];
  let last = "images";
  const add = (type: string, parameters: string[] = [], attributes: Record<string, number | number[]> = {}): void => {
    const output = `${type}_${nodes.length}`;
    nodes.push(
      [text(1, last), ...parameters.map((name) => text(1, name)), text(2, output), text(4, type)]
        .concat(Object.entries(attributes).map(([name, value]) => attribute(name, value)))
        .flat(),
    );
    last = output;
  };
  for (const i of [1, 2, 3]) {
    add("Conv", [`conv${i}.weight`, `conv${i}.bias`], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
    add(
      "BatchNormalization",
      BATCH_NORM.map((name) => `bn${i}.${name}`),
    );
    add("Relu");
    if (i < 3) add("MaxPool", [], { kernel_shape: [2, 2], strides: [2, 2] });
    else add("GlobalAveragePool");
  }
  add("Flatten");
  add("Gemm", ["fc1.weight", "fc1.bias"], { transB: 1 });
  add("Relu");
  add("Gemm", ["fc2.weight", "fc2.bias"], { transB: 1 });

  const weights = Object.entries(state).filter(([, { dtype }]) => dtype === "F32");
  const graph = [
    ...nodes.map((node) => bytes(1, node)),
    text(2, "cnn"),
    ...weights.map(([name, tensor]) => bytes(5, initializer(name, tensor))),
    bytes(11, valueInfo("images", ["N", 1, 28, 28])),
    bytes(12, valueInfo(last, ["N", 10])),
  ];
  const opset = [...text(1, ""), ...integer(2, 17)];
  return Uint8Array.from([...integer(1, 8), ...bytes(7, graph.flat()), ...bytes(8, opset)]);
}

function attribute(name: string, value: number | number[]): number[] {
  const isList = Array.isArray(value);
  const content = isList ? value.flatMap((item) => integer(8, item)) : integer(3, value);
  return bytes(5, [...text(1, name), ...content, ...integer(20, isList ? INTS : INT)]);
}

function initializer(name: string, { shape, data }: StoredTensor): number[] {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return [...shape.flatMap((dim) => integer(1, dim)), ...integer(2, FLOAT), ...text(8, name), ...bytes(9, raw)];
}

function valueInfo(name: string, shape: readonly (number | string)[]): number[] {
  const dims = shape.flatMap((dim) => bytes(1, typeof dim === "string" ? text(2, dim) : integer(1, dim)));
  const type = bytes(1, [...integer(1, FLOAT), ...bytes(2, dims)]);
  return [...text(1, name), ...bytes(2, type)];
}

function integer(field: number, value: number): number[] {
  return [...varint(field * 8), ...varint(value)];
}

function text(field: number, value: string): number[] {
  return bytes(field, new TextEncoder().encode(value));
}

function bytes(field: number, content: Bytes): number[] {
  return [...varint(field * 8 + 2), ...varint(content.length), ...content];
}

/** Seven bits a byte, the lowest first; the highest bit says that more follow. */
function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}
