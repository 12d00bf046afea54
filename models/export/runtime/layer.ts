/** A step of an exported network. Each has a weight and then a bias among the parameters, batch normalisation folded in. */
export type Layer =
  /** pool(relu(x ⋆ w + b)), 3×3, padding 1; x [h, w, cin]; weight [3, 3, cin, cout]; by 2×2 windows, or over the map. */
  | { op: "conv"; h: number; w: number; cin: number; cout: number; pool: "max" | "mean" }
  /** x·w + b, clipped at 0 with relu; weight [in, out]. */
  | { op: "linear"; in: number; out: number; relu: boolean };

/** From normalised pixels to logits, which are valid until the next call. */
export type Network = (x: Float32Array) => Float32Array;

export function weightSize(layer: Layer): number {
  return layer.op === "conv" ? 9 * layer.cin * layer.cout : layer.in * layer.out;
}

export function biasSize(layer: Layer): number {
  return layer.op === "conv" ? layer.cout : layer.out;
}

export function outputSize(layer: Layer): number {
  if (layer.op === "linear") return layer.out;
  return layer.pool === "mean" ? layer.cout : (layer.h >> 1) * (layer.w >> 1) * layer.cout;
}
