// recalibrate: running statistics that fit the weights as they are.

import { noGrad } from "../autograd/grad_mode.ts";
import { check, iterable, object } from "../base/check.ts";
import type { Batch } from "../data/batches.ts";
import { BatchNorm2d } from "../nn/batch_norm2d.ts";
import { checkModule, type Module } from "../nn/module.ts";
import { runSteps } from "../runtime/steps.ts";
import { scope } from "../tensor/scope.ts";
import { inMode } from "./in_mode.ts";

/**
 * Recomputes BatchNorm's running statistics: the plain mean of those of the given batches. Weights that were averaged
 * need it, since no step of training has seen them.
 *
 * Dropout does not drop meanwhile; modes, momenta and the count of batches are put back.
 *
 * @param batches of the training set; some thousand samples are enough
 * @example
 *   ema.swap();
 *   recalibrate(model, train.take(5000).batches({ batchSize: 64 }));
 */
export function recalibrate(model: Module, batches: Iterable<Pick<Batch, "x">>): void {
  runSteps(recalibrateSteps(model, batches));
}

/** @internal The same, one batch per step. */
export function* recalibrateSteps(model: Module, batches: Iterable<Pick<Batch, "x">>): Generator<void, void> {
  checkModule("recalibrate", "model", model);
  check("recalibrate", "batches", batches, iterable);
  const norms = model.namedModules().flatMap(([, module]) => (module instanceof BatchNorm2d ? module : []));
  if (norms.length === 0) return;
  let seen = 0;
  for (const batch of batches) {
    check("recalibrate", "a batch", batch, object);
    seen++;
    const before = norms.map(({ momentum, numBatchesTracked }) => [momentum, numBatchesTracked.item()] as const);
    try {
      inMode(model, false, () => {
        for (const norm of norms) {
          norm.isTraining = true;
          // 1/1, 1/2, 1/3 …: the running mean of all so far.
          norm.momentum = 1 / seen;
        }
        noGrad(() => scope(() => void model.forward(batch.x)));
      });
    } finally {
      norms.forEach((norm, i) => {
        [norm.momentum, norm.numBatchesTracked.data[0]] = before[i];
      });
    }
    yield;
  }
}
