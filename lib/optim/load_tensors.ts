// loadTensors: takes a saved state over into live tensors.

import { CheckpointError, formatShape } from "../base/errors.ts";
import { printable, printableName } from "../base/printable.ts";
import { checkCopy } from "../tensor/check_copy.ts";
import { sameShape } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";

/**
 * @internal Copies the tensors of `state` into those of `own`; all are checked before the first is touched.
 *
 * @throws {CheckpointError} one is missing, unknown, of another shape or dtype, or holds what no step leaves behind: what is not
 *   finite, a negative count, or in `v` a negative mean square
 */
export function loadTensors(
  owner: string,
  own: Readonly<Record<string, Tensor>>,
  state: Readonly<Record<string, Tensor>>,
): void {
  if (typeof state !== "object" || state === null) {
    throw new CheckpointError(`loadState: a state holds tensors by name; got ${printable(state)}.`);
  }
  for (const [name, { shape, dtype }] of Object.entries(own)) {
    const given: unknown = Object.hasOwn(state, name) ? state[name] : undefined;
    const isTensor = given instanceof Tensor;
    if (!isTensor) checkCopy("loadState", name, given);
    if (!isTensor || given.dtype !== dtype || !sameShape(given.shape, shape)) {
      const other = given === undefined ? "missing" : printable(given);
      const found = isTensor ? `${given.dtype} ${formatShape(given.shape)}` : other;
      throw new CheckpointError(
        `loadState: ${name} of ${owner} must be ${dtype} ${formatShape(shape)} but is ${found}. ` +
          "Was it saved from another model or optimizer?",
        { name, expected: shape, found: isTensor ? given.shape : null },
      );
    }
    const least = dtype === "i32" || name === "v" ? 0 : Number.NEGATIVE_INFINITY;
    const wrong = (given.values as Float32Array).find((value) => !Number.isFinite(value) || value < least);
    if (wrong !== undefined) {
      throw new CheckpointError(`loadState: ${name} of ${owner} holds ${wrong}, as after no step. Use another state.`, {
        name,
      });
    }
  }
  const unknown = Object.keys(state).filter((name) => !Object.hasOwn(own, name));
  if (unknown.length > 0) {
    throw new CheckpointError(
      `loadState: the state holds ${unknown.map(printableName).join(" and ")}, which ${owner} does not have. ` +
        "Was it saved from another model or optimizer?",
      { unknown },
    );
  }
  for (const [name, tensor] of Object.entries(own)) tensor.data.set(state[name].values);
}
