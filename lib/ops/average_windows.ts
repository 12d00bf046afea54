// @internal Launches the average-pooling kernels: for avgPool2d and adaptiveAvgPool2d.

import { parallelFor } from "../runtime/parallel.ts";
import { empty } from "../tensor/create.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Pooling } from "./pool_windows.ts";
import { windowTable } from "./window_table.ts";

/** @param area what each sum is divided by; 0: the number of places in its window */
export function averageWindows(x: Tensor, { rows, cols }: Pooling, area: number): Tensor<"f32"> {
  const [n, h, w, c] = x.shape;
  const y = empty([n, rows.count, cols.count, c]);
  if (y.size === 0) return y;
  const rowTable = windowTable(rows);
  const colTable = windowTable(cols);
  parallelFor("avg_pool2d_f32", n * rows.count, y, x, rowTable, colTable, h, w, c, rows.count, cols.count, area);
  return y;
}

/** dx of the same, for an input of `shape`. */
export function averageWindowsBackward(dy: Tensor, shape: Shape, { rows, cols }: Pooling, area: number): Tensor<"f32"> {
  const [n, h, w, c] = shape;
  const dx = empty(shape);
  if (dx.size === 0) return dx;
  const rowTable = windowTable(rows);
  const colTable = windowTable(cols);
  parallelFor("avg_pool2d_backward_f32", n * h, dx, dy, rowTable, colTable, h, w, c, rows.count, cols.count, area);
  return dx;
}
