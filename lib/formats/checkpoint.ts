// Checkpoints: a model's parameters and buffers as safetensors, in PyTorch's layout and under its names, so that
// `model.load_state_dict(load_file("cnn.safetensors"))` works there unmodified, and the other way round.
//
//                  here                    in the file
//   convolution    [kh, kw, cin, cout]     [cout, cin, kh, kw]
//   linear         [in, out]               [out, in]
//   i32 buffers    num_batches_tracked     I64
//   all others     as they are

import { noGrad } from "../autograd/grad_mode.ts";
import { CheckpointError, formatShape } from "../base/errors.ts";
import { printableName } from "../base/printable.ts";
import { checkModule, type Module, namedState } from "../nn/module.ts";
import { inverse, transpose } from "../ops/transpose.ts";
import { tensor } from "../tensor/create.ts";
import { scope } from "../tensor/scope.ts";
import { type Shape, sameShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from "./safetensors.ts";

/** For each rank of a parameter, which of its axes stands where in the file. */
const FILE_AXES: Readonly<Record<number, readonly number[]>> = { 2: [1, 0], 4: [3, 2, 0, 1] };

/**
 * The file of a model: its state, and texts about it.
 *
 * @param metadata e.g. the data set and the test accuracy
 * @throws {CheckpointError} metadata that are no texts, or of more than 1 MB
 * @example writeFileSync("cnn.safetensors", encodeCheckpoint(model, { dataset: "mnist" }))
 */
export function encodeCheckpoint(
  model: Module,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  return encodeSafetensors(stateDict(model), metadata);
}

/**
 * Puts the state in `bytes` into the model. A file that does not fit changes nothing.
 *
 * @param fileName as messages should say it
 * @returns the file's metadata
 * @throws {CheckpointError} a damaged file, or one of another model
 * @example decodeCheckpoint(model, new Uint8Array(await response.arrayBuffer()), "cnn.safetensors")
 */
export function decodeCheckpoint(model: Module, bytes: Uint8Array, fileName: string): Record<string, string> {
  const { tensors, metadata } = decodeSafetensors(bytes, fileName);
  loadStateDict(model, tensors, fileName);
  return metadata;
}

/** A copy of all parameters and buffers by name, in PyTorch's layout; one that is shared under each of its names, as there. */
export function stateDict(model: Module): Record<string, StoredTensor> {
  checkModule("stateDict", "model", model);
  const state = namedState(model);
  const parameters = state.parameters.map(([name, parameter]): [string, StoredTensor] => {
    const data = copyOf(() => transpose(parameter, fileAxes(parameter.shape)));
    return [name, { dtype: "F32", shape: fileShape(parameter.shape), data }];
  });
  const buffers = state.buffers.map(([name, { dtype, shape, values: data }]): [string, StoredTensor] => {
    if (dtype === "i32") return [name, { dtype: "I64", shape, data: BigInt64Array.from(data, BigInt) }];
    if (dtype === "u8") return [name, { dtype: "U8", shape, data: Uint8Array.from(data) }];
    return [name, { dtype: "F32", shape, data: Float32Array.from(data) }];
  });
  return Object.fromEntries([...parameters, ...buffers]);
}

/**
 * Takes over what `stateDict()` gave, here or in PyTorch. Either all of it fits, or nothing changes. Of a shared tensor one
 * name is enough.
 *
 * @param source the file, as messages should say it
 * @throws {CheckpointError} a name that is missing or unknown, another shape or dtype
 */
export function loadStateDict(model: Module, tensors: Readonly<Record<string, StoredTensor>>, source: string): void {
  checkModule("loadStateDict", "model", model);
  const state = namedState(model);
  const parameters = state.parameters.filter(isDue(tensors));
  const buffers = state.buffers.filter(isDue(tensors));
  checkNames(
    [...parameters, ...buffers].map(([name]) => name),
    Object.keys(tensors),
    source,
  );
  for (const [name, { shape }] of parameters) checkStored(name, tensors[name], "F32", fileShape(shape), source);
  for (const [name, buffer] of buffers) {
    const stored = tensors[name];
    checkStored(name, stored, FILE_DTYPES[buffer.dtype], buffer.shape, source);
    if (buffer.dtype === "i32") checkRange(name, stored.data as BigInt64Array, source);
  }
  for (const [name, parameter] of parameters) {
    const { shape, data } = tensors[name];
    const back = inverse(fileAxes(parameter.shape));
    parameter.data.set(copyOf(() => transpose(tensor(data as Float32Array, shape), back)));
  }
  for (const [name, buffer] of buffers) buffer.data.set(Array.from(tensors[name].data, Number));
}

/** Whether a tensor of the model must be there by that name: not where it is by another. */
function isDue(tensors: Readonly<Record<string, StoredTensor>>) {
  return ([name, own]: [string, Tensor], _: number, all: readonly [string, Tensor][]): boolean =>
    Object.hasOwn(tensors, name) || !all.some(([other, tensor]) => tensor === own && Object.hasOwn(tensors, other));
}

const FILE_DTYPES = { f32: "F32", i32: "I64", u8: "U8" } as const;

function fileAxes(shape: Shape): readonly number[] {
  return FILE_AXES[shape.length] ?? shape.map((_, axis) => axis);
}

function fileShape(shape: Shape): number[] {
  return fileAxes(shape).map((axis) => shape[axis]);
}

/** What `make` computes, on the JS heap; nothing else stays of it. */
function copyOf(make: () => Tensor<"f32">): Float32Array<ArrayBuffer> {
  return scope(() => noGrad(() => new Float32Array(make().values)));
}

function checkNames(expected: readonly string[], found: readonly string[], source: string): void {
  const missing = expected.filter((name) => !found.includes(name));
  const unknown = found.filter((name) => !expected.includes(name));
  if (missing.length === 0 && unknown.length === 0) return;
  const problems = [
    ...(missing.length > 0 ? [`lacks ${abbreviate(missing)}`] : []),
    ...(unknown.length > 0 ? [`holds ${abbreviate(unknown)}, which the model does not have`] : []),
  ];
  throw new CheckpointError(`loadCheckpoint: ${source} ${problems.join(" and ")}. Is it another model's?`, {
    source,
    missing,
    unknown,
  });
}

/** The first three names, and how many more. */
function abbreviate(names: readonly string[]): string {
  const shown = names.slice(0, 3).map(printableName).join(", ");
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

function checkStored(name: string, stored: StoredTensor, dtype: string, shape: Shape, source: string): void {
  const details = { name, source, expected: shape, found: stored.shape };
  if (!sameShape(stored.shape, shape)) {
    throw new CheckpointError(
      `loadCheckpoint: ${name} is ${formatShape(stored.shape)} in ${source} but ${formatShape(shape)} in the model. ` +
        "Was it saved from another width?",
      details,
    );
  }
  if (stored.dtype !== dtype) {
    throw new CheckpointError(
      `loadCheckpoint: ${name} is ${stored.dtype} in ${source}; expected ${dtype}. Convert it before saving.`,
      details,
    );
  }
}

function checkRange(name: string, values: BigInt64Array, source: string): void {
  const wrong = values.find((value) => BigInt.asIntN(32, value) !== value);
  if (wrong !== undefined) {
    throw new CheckpointError(`loadCheckpoint: ${name} is ${wrong} in ${source}, which takes more than 32 bits.`, {
      name,
      source,
    });
  }
}
