// @internal The modes of a model, module by module: what evaluation changes, it puts back exactly.

import type { Module } from "../nn/module.ts";

/** Remembers every module's mode. @returns puts them all back */
export function rememberModes(model: Module): () => void {
  const modes: [Module, boolean][] = [];
  const visit = (module: Module): void => {
    modes.push([module, module.isTraining]);
    for (const [, child] of module.children()) visit(child);
  };
  visit(model);
  return () => {
    for (const [module, isTraining] of modes) module.isTraining = isTraining;
  };
}
