// @internal Work in training or evaluation mode, which nobody else sees: what runs between two of its steps finds the model as
// it was.

import type { Module } from "../nn/module.ts";

/** What `work`, which is synchronous, returns; each module's mode is put back afterwards. */
export function inMode<T>(model: Module, isTraining: boolean, work: () => T): T {
  const modes = model.namedModules().map(([, module]) => [module, module.isTraining] as const);
  try {
    if (isTraining) model.train();
    else model.eval();
    return work();
  } finally {
    for (const [module, mode] of modes) module.isTraining = mode;
  }
}
