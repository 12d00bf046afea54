import { noGrad } from "../autograd/grad_mode.ts";
import { zeros } from "../tensor/create.ts";
import { scope } from "../tensor/scope.ts";
import { checkShape, type Shape } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { layerTable } from "./layer_table.ts";
import { checkModule, type Module } from "./module.ts";

/**
 * A model as a table: its layers by name, in order, and how many parameters each has.
 *
 * @param inputShape with the batch, e.g. [1, 28, 28, 1]; then with the shape of each layer's result. For these the model
 *   reads an image of zeros, in evaluation and layer by layer
 * @throws {OptionError} it is no model
 * @throws {ShapeError} an inputShape that does not go through the model
 * @example
 *   console.log(summary(model, [1, 28, 28, 1]));
 *   // Sequential
 *   // name   layer    output            parameters
 *   // conv1  Conv2d   [1, 28, 28, 32]          320
 *   // …
 *   // total                                102,026
 */
export function summary(model: Module, inputShape?: Shape): string {
  checkModule("summary", "model", model);
  if (inputShape !== undefined) checkShape("summary", inputShape);
  return layerTable(model, inputShape ? outputShapes(model, inputShape) : null);
}

/** What each module gives for an image of zeros; of one that runs twice, the last. */
function outputShapes(model: Module, inputShape: Shape): Map<Module, Shape> {
  const shapes = new Map<Module, Shape>();
  const modules = model.namedModules().map(([, module]) => module);
  const restore = modules.map((module) => {
    const { isTraining } = module;
    const own = Object.getOwnPropertyDescriptor(module, "forward");
    const forward = module.forward;
    module.isTraining = false;
    // One whose forward is its own goes by itself, also where neighbours would be computed together.
    module.forward = function (this: Module, ...args: Parameters<Module["forward"]>) {
      const y = forward.apply(module, args);
      if (y instanceof Tensor) shapes.set(module, y.shape);
      return y;
    };
    return (): void => {
      module.isTraining = isTraining;
      if (own) Object.defineProperty(module, "forward", own);
      else delete (module as { forward?: unknown }).forward;
    };
  });
  try {
    noGrad(() => scope(() => void model.forward(zeros(inputShape))));
  } finally {
    for (const putBack of restore) putBack();
  }
  return shapes;
}
