// @internal Runs a model over batches as everything but training does: in evaluation mode, without gradients.

import { noGrad } from "../autograd/grad_mode.ts";
import { checkModule, type Module } from "../nn/module.ts";
import { checkTensor } from "../tensor/check_tensor.ts";
import { scope } from "../tensor/scope.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { inMode } from "./in_mode.ts";

/** Samples or rows at a time, where nothing else is asked for. */
export const DEFAULT_BATCH = 64;

/**
 * One batch per step. Each module's mode is put back after every one, before anything else can run.
 *
 * @param op      as error messages say it
 * @param receive given the model's output for each batch; what it makes is freed when it returns
 * @returns yields how many rows are done
 */
export function* forwardBatches<B extends { readonly x: Tensor<"f32"> }>(
  op: string,
  model: Module,
  batches: Iterable<B>,
  receive: (output: Tensor<"f32">, batch: B) => void,
): Generator<number, void> {
  checkModule(op, "model", model);
  let done = 0;
  for (const batch of batches) {
    const forward = (): void => {
      const output = model.forward(batch.x);
      checkTensor(op, "what model.forward returns", output);
      receive(output, batch);
    };
    inMode(model, false, () => noGrad(() => scope(forward)));
    done += batch.x.shape[0];
    yield done;
  }
}
