import { noGrad } from "../autograd/grad_mode.ts";
import { formatShape } from "../base/errors.ts";
import { zeros } from "../tensor/create.ts";
import { scope } from "../tensor/scope.ts";
import type { Shape } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { Module } from "./module.ts";

interface Row {
  name: string;
  layer: string;
  output: string;
  parameters: string;
}

/**
 * A model as a table: its layers by name, in order, and how many parameters each has.
 *
 * @param inputShape with the batch, e.g. [1, 28, 28, 1]; then with the shape of each layer's result. For these the model
 *   reads an image of zeros, in evaluation and layer by layer
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
  const outputs = inputShape ? outputShapes(model, inputShape) : null;
  const counted = new Set<Tensor>();
  const modules = model.namedModules();
  const own = ([, module]: [string, Module]): number => countNew(module, counted);
  const counts = modules.map(own);
  const rows = modules.map(([name, module], i): Row => {
    const output = outputs?.get(module);
    const parameters = counts[i] > 0 ? grouped(counts[i]) : "";
    return { name, layer: module.constructor.name, output: output ? formatShape(output) : "", parameters };
  });
  // Of the model itself the title says what it is; a row is for what it has beside its layers.
  const [root, ...layers] = rows;
  const shown = counts[0] > 0 || layers.length === 0 ? [{ ...root, name: "(itself)" }, ...layers] : layers;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const trained = model.parameters().reduce((sum, { size, requiresGrad }) => sum + (requiresGrad ? size : 0), 0);
  const footer: Row[] = [{ name: "total", layer: "", output: "", parameters: grouped(total) }];
  if (trained < total) footer.push({ name: "trained", layer: "", output: "", parameters: grouped(trained) });
  const heading: Row = { name: "name", layer: "layer", output: outputs ? "output" : "", parameters: "parameters" };
  return [root.layer, ...aligned([heading, ...shown, ...footer])].join("\n");
}

/** Elements of the parameters that are this module's own and not counted yet. */
function countNew(module: Module, counted: Set<Tensor>): number {
  let count = 0;
  for (const [, member] of module.members()) {
    if (!(member instanceof Tensor) || counted.has(member)) continue;
    counted.add(member);
    count += member.size;
  }
  return count;
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

/** Two spaces between columns; an empty one is left out. */
function aligned(rows: readonly Row[]): string[] {
  const width = (column: keyof Row): number => Math.max(...rows.map((row) => row[column].length));
  const [name, layer, output, parameters] = (["name", "layer", "output", "parameters"] as const).map(width);
  return rows.map((row) =>
    [
      row.name.padEnd(name),
      row.layer.padEnd(layer),
      ...(output > 0 ? [row.output.padEnd(output)] : []),
      row.parameters.padStart(parameters),
    ]
      .join("  ")
      .trimEnd(),
  );
}

/** @example grouped(102026) // "102,026" */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}
