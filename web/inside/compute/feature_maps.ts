// Feature maps: what each stage of a network makes of one picture, and the sum that made one pixel of it.

import { type Conv2d, Linear, noGrad, type Sequential, scope, type Tensor } from "../../../lib/index.ts";
import { inkOf, inputOf } from "./ink.ts";
import { type Stage, stagesOf } from "./stages.ts";

/** A stage's result for one picture. */
export interface FeatureMaps {
  /** Of the stage: "conv1". */
  readonly name: string;
  /** Rows, columns and maps; a linear layer's numbers are maps of one pixel. */
  readonly height: number;
  readonly width: number;
  readonly maps: number;
  /** Row by row, the maps of a pixel side by side. */
  readonly values: Float32Array;
  readonly pooling: Stage["pooling"];
  readonly isRectified: boolean;
}

/** One pixel of one map. */
export interface Unit {
  readonly stage: string;
  readonly map: number;
  readonly row: number;
  readonly column: number;
}

/** What one of the maps that a pixel is computed from contributes to it. */
export interface Term {
  readonly map: number;
  /** The window, row by row; null beyond the map's edge, which counts as 0. */
  readonly inputs: readonly (number | null)[];
  readonly weights: readonly number[];
  /** Σ input · weight */
  readonly sum: number;
}

/**
 * How a pixel came about:
 *
 *   z = bias + Σ terms,  y = scale · (z − mean) + shift where it is normalised, and max(0, y) where it is rectified
 */
export interface UnitSum {
  readonly unit: Unit;
  /** The largest contributions, the largest first. */
  readonly terms: readonly Term[];
  /** All that are not among the terms. */
  readonly rest: { readonly maps: number; readonly sum: number };
  /** Side of the window. */
  readonly side: number;
  readonly bias: number;
  /** z */
  readonly total: number;
  readonly norm: { readonly mean: number; readonly scale: number; readonly shift: number } | null;
  /** y: z where it is not normalised. */
  readonly normalized: number;
  readonly isRectified: boolean;
  /** By this sum; and as the network has it, which sums in another order. */
  readonly value: number;
  readonly shown: number;
}

/** Of the terms that one looks at. */
const MOST_TERMS = 6;

/**
 * @param network in evaluation mode
 * @param pixels  what the network sees, 0 to 255
 * @param unit    whose sum is asked for; null: no one's
 */
export function lookInside(
  network: Sequential,
  pixels: Uint8Array,
  unit: Unit | null,
): { stages: FeatureMaps[]; sum: UnitSum | null } {
  return scope(() => {
    const input = inputOf([inkOf(pixels)]);
    const results = noGrad(() => network.trace(input));
    const stages = stagesOf(network);
    const chosen = unit && stages.find(({ name }) => name === unit.stage);
    return {
      stages: stages.map((stage) => mapsOf(stage, results[stage.result])),
      sum: chosen ? sumOf(chosen, unit, chosen.source ? results[chosen.source] : input, results[chosen.result]) : null,
    };
  });
}

function mapsOf({ name, pooling, isRectified }: Stage, result: Tensor<"f32">): FeatureMaps {
  const [height, width, maps] = sizesOf(result);
  return { name, height, width, maps, values: result.values.slice(), pooling, isRectified };
}

/** [1, H, W, C], or [1, C] as maps of one pixel. */
function sizesOf({ shape }: Tensor): [height: number, width: number, maps: number] {
  return shape.length === 4 ? [shape[1], shape[2], shape[3]] : [1, 1, shape[1]];
}

function sumOf(stage: Stage, unit: Unit, source: Tensor<"f32">, result: Tensor<"f32">): UnitSum {
  const { map, row, column } = unit;
  const [, width, maps] = sizesOf(result);
  const all = termsOf(stage.layer, unit, source);
  const ranked = [...all].sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum));
  const [terms, others] = [ranked.slice(0, MOST_TERMS), ranked.slice(MOST_TERMS)];
  const bias = stage.layer.bias?.values[map] ?? 0;
  const total = all.reduce((sum, term) => sum + term.sum, bias);
  const norm = normOf(stage, map);
  const normalized = norm ? norm.scale * (total - norm.mean) + norm.shift : total;
  return {
    unit,
    terms,
    rest: { maps: others.length, sum: others.reduce((sum, term) => sum + term.sum, 0) },
    side: Math.sqrt(all[0].weights.length),
    bias,
    total,
    norm,
    normalized,
    isRectified: stage.isRectified,
    value: stage.isRectified ? Math.max(0, normalized) : normalized,
    shown: result.values[(row * width + column) * maps + map],
  };
}

function termsOf(layer: Conv2d | Linear, { map, row, column }: Unit, source: Tensor<"f32">): Term[] {
  const [height, width, maps] = sizesOf(source);
  const inputs = source.values;
  const weights = layer.weight.values;
  const isLinear = layer instanceof Linear;
  const [kh, kw] = isLinear ? [1, 1] : layer.weight.shape;
  const outputs = layer.weight.shape[layer.weight.shape.length - 1];
  const { stride, padding } = isLinear ? { stride: 1, padding: 0 } : layer;
  return Array.from({ length: maps }, (_, from) => {
    const window: (number | null)[] = [];
    const kernel: number[] = [];
    for (let r = 0; r < kh; r++) {
      for (let s = 0; s < kw; s++) {
        const [y, x] = [row * stride + r - padding, column * stride + s - padding];
        const isWithin = y >= 0 && y < height && x >= 0 && x < width;
        window.push(isWithin ? inputs[(y * width + x) * maps + from] : null);
        kernel.push(weights[((r * kw + s) * maps + from) * outputs + map]);
      }
    }
    const sum = window.reduce<number>((total, input, i) => total + (input ?? 0) * kernel[i], 0);
    return { map: from, inputs: window, weights: kernel, sum };
  });
}

/** Batch normalisation in evaluation: y = weight · (z − mean)/√(variance + eps) + bias. */
function normOf({ norm }: Stage, map: number): UnitSum["norm"] {
  if (!norm) return null;
  const scale = norm.weight.values[map] / Math.sqrt(norm.runningVar.values[map] + norm.eps);
  return { mean: norm.runningMean.values[map], scale, shift: norm.bias.values[map] };
}
