// @internal layerTable: a model's layers, the shapes of their results and their parameters, as text.

import { formatShape } from "../base/errors.ts";
import { formatCount } from "../base/format_count.ts";
import type { Shape } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";

/** What the table asks of a module. */
interface Layer {
  namedModules(): [string, Layer][];
  members(): [string, unknown][];
}

interface Row {
  name: string;
  layer: string;
  output: string;
  parameters: string;
}

/** @param outputs the shapes of results, where they are known; of a module that is not among them there was none */
export function layerTable(model: Layer, outputs: ReadonlyMap<Layer, Shape> | null): string {
  const counted = new Set<Tensor>();
  const rows = model.namedModules().map(([name, module]): Row => {
    const output = outputs?.get(module);
    return {
      name,
      layer: module.constructor.name,
      output: output ? formatShape(output) : "",
      parameters: grouped(countNew(module, counted)),
    };
  });
  // Of the model itself the title says what it is; a row is for what it has beside its layers.
  const [root, ...layers] = rows;
  const shown = root.parameters !== "" || layers.length === 0 ? [{ ...root, name: "(itself)" }, ...layers] : layers;
  const heading = { name: "name", layer: "layer", output: outputs ? "output" : "", parameters: "parameters" };
  const all = [...counted];
  const total = sizeOfAll(all);
  const trained = sizeOfAll(all.filter(({ requiresGrad }) => requiresGrad));
  const footer = trained < total ? [sumRow("total", total), sumRow("trained", trained)] : [sumRow("total", total)];
  return [root.layer, ...aligned([heading, ...shown, ...footer])].join("\n");
}

/** Elements of the parameters that are this module's own and not counted yet. */
function countNew(module: Layer, counted: Set<Tensor>): number {
  const own = module.members().flatMap(([, member]) => (member instanceof Tensor ? member : []));
  const fresh = own.filter((tensor) => !counted.has(tensor));
  for (const tensor of fresh) counted.add(tensor);
  return sizeOfAll(fresh);
}

function sizeOfAll(tensors: readonly Tensor[]): number {
  return tensors.reduce((sum, { size }) => sum + size, 0);
}

function sumRow(name: string, count: number): Row {
  return { name, layer: "", output: "", parameters: grouped(count) || "0" };
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

/** Nothing for 0. */
function grouped(count: number): string {
  return count === 0 ? "" : formatCount(count);
}
