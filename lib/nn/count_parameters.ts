// countParameters: how large a model is.

import { checkModule, type Module } from "./module.ts";

/**
 * How many numbers a model learns: the elements of all its parameters, running statistics left out.
 *
 * @example countParameters(new Linear(512, 10)) // 5130
 */
export function countParameters(model: Module): number {
  checkModule("countParameters", "model", model);
  return model.parameters().reduce((total, { size }) => total + size, 0);
}
