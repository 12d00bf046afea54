// @internal The modes of a model, module by module: what evaluation changes, it puts back exactly.

import type { Module } from "../nn/module.ts";

/** Remembers every module's mode. @returns puts them all back */
export function rememberModes(model: Module): () => void {
  const modes = model.namedModules().map(([, module]) => [module, module.isTraining] as const);
  return () => {
    for (const [module, isTraining] of modes) module.isTraining = isTraining;
  };
}
