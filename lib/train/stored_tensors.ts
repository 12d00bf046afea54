// @internal Tensors of wasm memory as a file holds them, and back.

import { CheckpointError } from "../base/errors.ts";
import type { StoredTensor } from "../formats/safetensors.ts";
import { tensor } from "../tensor/create.ts";
import { scope } from "../tensor/scope.ts";
import type { Tensor } from "../tensor/tensor.ts";

type Stored = Readonly<Record<string, StoredTensor>>;

/** What has state besides the model's: optimizers, averages. */
export interface Stateful {
  state(): Record<string, Tensor>;
  loadState(state: Readonly<Record<string, Tensor>>): void;
}

const DTYPES = { f32: "F32", i32: "I32", u8: "U8" } as const;

export function copyTensors(tensors: Readonly<Record<string, Tensor>>): Record<string, StoredTensor> {
  const entries = Object.entries(tensors).map(([name, { dtype, shape, values }]): [string, StoredTensor] => [
    name,
    { dtype: DTYPES[dtype], shape, data: values.slice() as StoredTensor["data"] },
  ]);
  return Object.fromEntries(entries);
}

/** @throws {CheckpointError} a dtype that tensors do not have; or what `target` finds wrong */
export function loadStored(target: Stateful, stored: Stored): void {
  scope(() => {
    const entries = Object.entries(stored).map(([name, { dtype, shape, data }]) => {
      if (dtype === "F32") return [name, tensor(data as Float32Array, shape)];
      if (dtype === "I32") return [name, tensor(data as Int32Array, shape)];
      if (dtype === "U8") return [name, tensor(data as Uint8Array, shape)];
      throw new CheckpointError(`loadState: ${name} is ${dtype}; a state's tensors are F32, I32 or U8.`, { name });
    });
    target.loadState(Object.fromEntries(entries));
  });
}

/** @example prefixed("best", { w }) // { "best.w": w } */
export function prefixed(prefix: string, tensors: Stored): Record<string, StoredTensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, value]) => [`${prefix}.${name}`, value]));
}

/** Those of that prefix, without it. */
export function withPrefix(prefix: string, tensors: Stored): Record<string, StoredTensor> {
  const own = Object.entries(tensors).filter(([name]) => name.startsWith(`${prefix}.`));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length + 1), value]));
}
