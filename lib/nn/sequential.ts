import { OptionError } from "../base/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { fuse } from "./fusion.ts";
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
 * by itself. Neighbours that one op computes together, such as a convolution, its normalisation, ReLU and pooling,
 * go through that op (fusion.ts): the same result to rounding, sooner. In evaluation under `noGrad` a normalisation is
 * folded into the convolution before it.
 * @example new Sequential({ fc1: new Linear(784, 128), relu: new ReLU(), fc2: new Linear(128, 10) }, { seed: 1 })
 */
export class Sequential extends Module {
  readonly #layers: readonly [string, Module][];
  readonly #modules: readonly Module[];

  constructor(layers: Readonly<Record<string, Module>>, options: { seed?: number } = {}) {
    super();
    this.#layers = Object.entries(layers);
    this.#modules = Object.values(layers);
    for (const [name, layer] of this.#layers) {
      if (!/^[A-Za-z_][^.]*$/.test(name)) {
        throw new OptionError(
          `Sequential: a layer cannot be named ${JSON.stringify(name)}; names start with a letter and hold no dot.`,
          { name },
        );
      }
      this.registerModule(name, layer);
    }
    if (options.seed !== undefined) this.initialize(options.seed);
  }

  /** @internal What `forward` runs, in order; a class made of this one may have children beside them. */
  get layers(): readonly [string, Module][] {
    return this.#layers;
  }

  forward(x: Tensor): Tensor<"f32"> {
    const modules = this.#modules;
    let h = x;
    for (let i = 0; i < modules.length; ) {
      const fusion = fuse(modules, h, i);
      const next = (fusion ?? modules[i]).forward(h);
      i += fusion?.length ?? 1;
      if (next !== h && h !== x && !h.isKept) h.dispose();
      h = next;
    }
    return h as Tensor<"f32">;
  }

  /**
   * Every layer's result, by the layer's name: for a look inside, such as at feature maps. Each layer goes by itself,
   * so results may differ from `forward`'s by rounding.
   *
   * @example const { conv1, pool1 } = model.eval().trace(x)
   */
  trace(x: Tensor): Record<string, Tensor<"f32">> {
    let h = x;
    return Object.fromEntries(
      this.#layers.map(([name, layer]) => {
        const result = layer.forward(h);
        h = result;
        return [name, result];
      }),
    );
  }
}
