import { OptionError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * Layers one after another: y = layerₙ(… layer₁(x)).
 *
 * @param layers by name, in order; the names lead those of the parameters ("fc1" gives "fc1.weight").
 *   They must not be numbers, which JavaScript would put first
 * @param options.seed draws every parameter inside from this seed and its name, and seeds dropout. Without
 *   it the layers keep what they have
 * @throws {OptionError} a name that is empty, a number, or holds a dot
 *
 * An intermediate result is freed as soon as the next layer has used it; what backward needs of it, it holds
 * by itself.
 * @example new Sequential({ fc1: new Linear(784, 128), relu: new ReLU(), fc2: new Linear(128, 10) }, { seed: 1 })
 */
export class Sequential extends Module {
  private readonly layers: [string, Module][];

  constructor(layers: Readonly<Record<string, Module>>, options: { seed?: number } = {}) {
    super();
    this.layers = Object.entries(layers);
    for (const [name] of this.layers) {
      if (!/^[A-Za-z_][^.]*$/.test(name)) {
        throw new OptionError(
          `Sequential: a layer cannot be named ${JSON.stringify(name)}; names start with a letter and hold no dot.`,
          { name },
        );
      }
    }
    if (options.seed !== undefined) this.initialize(options.seed);
  }

  override children(): [string, Module][] {
    return this.layers;
  }

  forward(x: Tensor): Tensor<"f32"> {
    let h = x;
    for (const [, layer] of this.layers) {
      const next = layer.forward(h);
      if (next !== h && h !== x && !h.isKept) h.dispose();
      h = next;
    }
    return h as Tensor<"f32">;
  }
}
