// What optimizers refuse before they take a step: parameters they cannot move, gradients that do not fit.

import { formatShape, OptionError, ShapeError } from "../base/errors.ts";
import { checkTensor, checkTensors } from "../tensor/check_tensor.ts";
import type { Tensor } from "../tensor/tensor.ts";

type Parameter = Tensor<"f32">;

/**
 * @internal
 * @throws {DTypeError} they are no array of tensors
 * @throws {OptionError} there are no parameters, one is given twice, or noDecay holds a tensor that is not among them
 */
export function checkParameters(owner: string, params: readonly Parameter[], noDecay: readonly Parameter[]): void {
  checkList(owner, params);
  if (params.length === 0) {
    throw new OptionError(`${owner}: there are no parameters to train; pass model.parameters().`);
  }
  if (new Set(params).size < params.length) {
    throw new OptionError(`${owner}: a parameter is given twice, and would move twice a step; pass each once.`);
  }
  checkAmong(owner, "noDecay", noDecay, params);
}

/**
 * @internal
 * @throws {DTypeError} they are no array of tensors: a model, say
 */
export function checkList(owner: string, params: readonly Parameter[]): void {
  checkTensors(owner, "params", params, " Pass model.parameters().");
}

/**
 * @internal
 * @throws {DTypeError} `some` is no array of tensors
 * @throws {OptionError} one of `some`, the option of that name, is not among the parameters
 */
export function checkAmong(
  owner: string,
  name: string,
  some: readonly Parameter[],
  params: readonly Parameter[],
): void {
  checkTensors(owner, name, some);
  if (some.some((parameter) => !params.includes(parameter))) {
    throw new OptionError(`${owner}: ${name} holds a tensor that is not among the parameters; pass some of these.`);
  }
}

/**
 * @internal
 * @throws {ShapeError} the gradient is of another size than the parameter
 */
export function checkGradient(owner: string, { shape, size, grad }: Parameter): void {
  if (!grad) return;
  checkTensor(owner, "a gradient", grad);
  if (grad.size === size) return;
  throw new ShapeError(
    `${owner}: a parameter is ${formatShape(shape)} but its gradient ${formatShape(grad.shape)}; they must be equal.`,
    { parameter: shape, gradient: grad.shape },
  );
}
