// Checkpoints: a model's parameters and buffers as safetensors, in PyTorch's layout and under its names, so that
// `model.load_state_dict(load_file("cnn.safetensors"))` works there unmodified, and the other way round.
//
//                  here                    in the file
//   convolution    [kh, kw, cin, cout]     [cout, cin, kh, kw]
//   linear         [in, out]               [out, in]
//   i32 buffers    num_batches_tracked     I64
//   all others     as they are
//
// Read are other dtypes too: see loadStateDict.

import { noGrad } from "../autograd/grad_mode.ts";
import { check, checkOptions, object, string } from "../base/check.ts";
import { CheckpointError, formatShape } from "../base/errors.ts";
import { printable, printableName } from "../base/printable.ts";
import { checkModule, type Module, namedState } from "../nn/module.ts";
import { inverse, transpose } from "../ops/transpose.ts";
import { tensor } from "../tensor/create.ts";
import { scope } from "../tensor/scope.ts";
import { type Shape, sameShape, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkStoredTensor, encodeSafetensors, readSafetensors, type StoredTensor } from "./safetensors.ts";
import { floatsOf } from "./stored_floats.ts";

/** For each rank of a parameter, which of its axes stands where in the file. */
const FILE_AXES: Readonly<Record<number, readonly number[]>> = { 2: [1, 0], 4: [3, 2, 0, 1] };

/**
 * The file of a model: its state, and texts about it.
 *
 * @param metadata e.g. the data set and the test accuracy
 * @throws {CheckpointError} metadata that are no texts, or of more than 1 MB
 * @example writeFileSync("cnn.safetensors", encodeCheckpoint(model, { dataset: "cifar10" }))
 */
export function encodeCheckpoint(
  model: Module,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  checkModule("encodeCheckpoint", "model", model);
  return encodeSafetensors(stateDict(model), metadata);
}

export interface LoadOptions {
  /**
   * What stands before the model's names in the file, and is taken off: "module." as DataParallel has it, "_orig_mod."
   * as torch.compile, or any other. Default: nothing.
   */
  stripPrefix?: string;
}

/**
 * Puts the state in `bytes` into the model. A file that does not fit changes nothing.
 *
 * @param fileName as messages should say it
 * @returns the file's metadata
 * @throws {CheckpointError} a damaged file, or one of another model
 * @throws {OptionError} not a model, bytes that are not a Uint8Array, or an option of another name
 * @example decodeCheckpoint(model, new Uint8Array(await response.arrayBuffer()), "cnn.safetensors")
 */
export function decodeCheckpoint(
  model: Module,
  bytes: Uint8Array,
  fileName = "the file",
  options: LoadOptions = {},
): Record<string, string> {
  return readCheckpoint("decodeCheckpoint", model, bytes, fileName, options);
}

/** @internal The same, for the function `op`. */
export function readCheckpoint(
  op: string,
  model: Module,
  bytes: Uint8Array,
  fileName: string,
  options: LoadOptions,
): Record<string, string> {
  checkModule(op, "model", model);
  const { tensors, metadata } = readSafetensors(op, bytes, fileName);
  putState({ op, source: fileName }, model, tensors, options);
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

export interface LoadStateOptions extends LoadOptions {
  /** Where the state is from, as messages should say it; default "the state". */
  source?: string;
}

/**
 * Takes over what `stateDict()` gave, here or in PyTorch. Either all of it fits, or nothing changes. Of a shared tensor one
 * name is enough.
 *
 * Floating-point numbers may be F32, F16, BF16 or F64, which are converted: NaN and infinities stay, F64 is rounded to the
 * nearest. Counts of batches (num_batches_tracked) may be of any dtype, [1] for a scalar, or missing, as from before
 * PyTorch 0.4.1: they are 0 then.
 *
 * @throws {CheckpointError} a name that is missing or unknown, another shape, a dtype that is not converted, a finite F64
 *   beyond f32, or a running_var below 0
 * @throws {OptionError} not a model, or an option of another name
 * @example loadStateDict(model, stateDict(other), { source: "the other model" })
 */
export function loadStateDict(
  model: Module,
  tensors: Readonly<Record<string, StoredTensor>>,
  options: LoadStateOptions = {},
): void {
  checkModule("loadStateDict", "model", model);
  check("loadStateDict", "tensors", tensors, object);
  checkOptions("loadStateDict", options, { stripPrefix: string, source: string });
  const { source = "the state", ...others } = options;
  putState({ op: "loadStateDict", source }, model, tensors, others);
}

/** Who loads, and what, as messages say it. */
interface Place {
  readonly op: string;
  readonly source: string;
}

/** @internal The same, for another function. */
export function putState(
  at: Place,
  model: Module,
  tensors: Readonly<Record<string, StoredTensor>>,
  options: LoadOptions = {},
): void {
  checkOptions(at.op, options, { stripPrefix: string });
  const stored = withoutPrefix(tensors, options.stripPrefix, at);
  const state = namedState(model);
  const parameters = state.parameters.filter(isDue(stored));
  const buffers = state.buffers.filter(isDue(stored));
  const isGiven = ([name, buffer]: [string, Tensor]): boolean =>
    Object.hasOwn(stored, name) || !isBatchCount(name, buffer);
  const expected = [...parameters, ...buffers.filter(isGiven)].map(([name]) => name);
  checkNames(expected, Object.keys(stored), at);
  const values = new Map<Tensor, ArrayLike<number>>();
  for (const [name, parameter] of parameters) {
    const data = readFloats(name, stored[name], fileShape(parameter.shape), at);
    values.set(parameter, data);
  }
  for (const [name, buffer] of buffers) {
    const { dtype, shape } = buffer;
    if (!Object.hasOwn(stored, name)) values.set(buffer, [0]);
    else if (dtype === "f32") {
      const data = readFloats(name, stored[name], shape, at);
      checkVariance(name, data, at);
      values.set(buffer, data);
    } else values.set(buffer, readIntegers(name, stored[name], dtype, shape, at));
  }
  for (const [, parameter] of parameters) {
    const back = inverse(fileAxes(parameter.shape));
    const data = values.get(parameter) as Float32Array;
    parameter.data.set(copyOf(() => transpose(tensor(data, fileShape(parameter.shape)), back)));
  }
  for (const [, buffer] of buffers) buffer.data.set(values.get(buffer) ?? []);
}

/** Whether a tensor of the model must be there by that name: not where it is by another. */
function isDue(tensors: Readonly<Record<string, StoredTensor>>) {
  return ([name, own]: [string, Tensor], _: number, all: readonly [string, Tensor][]): boolean =>
    Object.hasOwn(tensors, name) || !all.some(([other, tensor]) => tensor === own && Object.hasOwn(tensors, other));
}

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

/** Whether it counts the batches that a normalisation has seen: nothing but a momentum of null depends on it. */
function isBatchCount(name: string, { dtype, size }: Tensor): boolean {
  return dtype === "i32" && size === 1 && /(^|\.)num_batches_tracked$/.test(name);
}

/** Of one below 0 the root is NaN, and so are all answers. */
function checkVariance(name: string, values: Float32Array, at: Place): void {
  const index = /(^|\.)running_var$/.test(name) ? values.findIndex((value) => value < 0) : -1;
  if (index < 0) return;
  throw new CheckpointError(
    `${at.op}: ${name} holds ${values[index]} at index ${index}, in ${at.source}; a variance is ≥ 0.`,
    { name, source: at.source, index },
  );
}

function withoutPrefix(
  tensors: Readonly<Record<string, StoredTensor>>,
  prefix: string | undefined,
  at: Place,
): Readonly<Record<string, StoredTensor>> {
  const stored = Object.entries(tensors).map(([name, value]): [string, StoredTensor] => {
    checkStoredTensor(at.op, name, value);
    return [prefix && name.startsWith(prefix) ? name.slice(prefix.length) : name, value];
  });
  const result = Object.fromEntries(stored);
  if (Object.keys(result).length === stored.length) return result;
  throw new CheckpointError(`${at.op}: ${at.source} has a name twice, with and without ${printable(prefix)}.`, {
    source: at.source,
  });
}

function checkNames(expected: readonly string[], found: readonly string[], at: Place): void {
  const missing = expected.filter((name) => !found.includes(name));
  const unknown = found.filter((name) => !expected.includes(name));
  if (missing.length === 0 && unknown.length === 0) return;
  const prefix = prefixOf(missing, found);
  if (prefix) {
    const habit = /^(module\.|_orig_mod\.)+$/.test(prefix) ? ", as DataParallel or torch.compile puts it there" : "";
    throw new CheckpointError(
      `${at.op}: ${at.source} has ${printable(prefix)} before every name${habit}. Load it with { stripPrefix: ${printable(prefix)} }, or rename them in the file.`,
      { source: at.source, prefix },
    );
  }
  const problems = [
    ...(missing.length > 0 ? [`lacks ${abbreviate(missing)}`] : []),
    ...(unknown.length > 0 ? [`holds ${abbreviate(unknown)}, which the model does not have`] : []),
  ];
  throw new CheckpointError(`${at.op}: ${at.source} ${problems.join(" and ")}. Is it another model's?`, {
    source: at.source,
    missing,
    unknown,
  });
}

/** What stands before each of the missing names in the file, if one thing does. */
function prefixOf(missing: readonly string[], found: readonly string[]): string | undefined {
  const [first] = missing;
  const prefixes = found.filter((name) => name.endsWith(`.${first}`)).map((name) => name.slice(0, -first.length));
  return prefixes.find((prefix) => missing.every((name) => found.includes(prefix + name)));
}

/** The first three names, and how many more. */
function abbreviate(names: readonly string[]): string {
  const shown = names.slice(0, 3).map(printableName).join(", ");
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

function readFloats(name: string, stored: StoredTensor, shape: Shape, at: Place): Float32Array {
  checkStoredShape(name, stored, shape, at);
  const floats = floatsOf(stored);
  if (floats === null) return refuseDType(name, stored, "F32, F16, BF16 or F64", at);
  if (typeof floats !== "string") return floats;
  throw new CheckpointError(`${at.op}: ${name} holds ${floats}, in ${at.source}.`, { name, source: at.source });
}

function readIntegers(
  name: string,
  stored: StoredTensor,
  dtype: "i32" | "u8",
  shape: Shape,
  at: Place,
): ArrayLike<number> {
  const isScalar = sizeOf(shape) === 1 && sizeOf(stored.shape) === 1;
  if (!isScalar) checkStoredShape(name, stored, shape, at);
  if (dtype === "u8") return stored.dtype === "U8" ? (stored.data as Uint8Array) : refuseDType(name, stored, "U8", at);
  const floats = floatsOf(stored);
  const values = Array.from(typeof floats === "object" && floats !== null ? floats : stored.data, Number);
  const wrong = values.find((value) => value !== (value | 0));
  if (wrong === undefined) return values;
  throw new CheckpointError(`${at.op}: ${name} is ${wrong} in ${at.source}, which is no integer of 32 bits.`, {
    name,
    source: at.source,
  });
}

function refuseDType(name: string, { dtype, shape }: StoredTensor, expected: string, at: Place): never {
  throw new CheckpointError(
    `${at.op}: ${name} is ${dtype} in ${at.source}; expected ${expected}. Convert it before saving.`,
    { name, source: at.source, found: shape },
  );
}

function checkStoredShape(name: string, stored: StoredTensor, shape: Shape, at: Place): void {
  if (sameShape(stored.shape, shape)) return;
  throw new CheckpointError(
    `${at.op}: ${name} is ${formatShape(stored.shape)} in ${at.source} but ${formatShape(shape)} in the model. ` +
      "Was it saved from another width?",
    { name, source: at.source, expected: shape, found: stored.shape },
  );
}
