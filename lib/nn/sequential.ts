import { check, checkOptions, collection } from "../base/check.ts";
import { OptionError } from "../base/errors.ts";
import { KEY_RULES } from "../runtime/rng.ts";
import { checkCopy } from "../tensor/check_copy.ts";
import { checkTensor } from "../tensor/check_tensor.ts";
import { Tensor } from "../tensor/tensor.ts";
import { fuse } from "./fusion.ts";
import { checkModule, Module } from "./module.ts";
import { type Tail, withTail } from "./tail.ts";

export interface SequentialOptions {
  seed?: number;
}

/**
 * Layers one after another: y = layerₙ(… layer₁(x)).
 *
 * @param layers by name, in order; the names lead those of the parameters ("fc1" gives "fc1.weight").
 *   They must not be numbers, which JavaScript would put first. In an array, or one after another, layers are
 *   called "0", "1" …, as in PyTorch
 * @param options.seed draws every parameter inside from this seed and its name, and seeds dropout. Without
 *   it the layers keep what they have
 * @throws {OptionError} a layer that is no Module, a name that is empty, a number, or holds a dot, or an option of another name
 *
 * An intermediate result is freed as soon as the next layer has used it; what backward needs of it, it holds
 * by itself. Neighbours that one op computes together, such as a convolution, its normalisation, ReLU and pooling,
 * go through that op (fusion.ts): the same result to rounding, sooner. In evaluation under `noGrad` a normalisation is
 * folded into the convolution before it; within `exact` neither is done. Max pooling hands the gradient to the first of equal maxima; only where
 * values are equal because rounding made them so, such an op may take another of them, and a bias before a
 * normalisation has the gradient 0 rather than its rounding.
 * @example new Sequential({ fc1: new Linear(512, 128), relu: new ReLU(), fc2: new Linear(128, 10) }, { seed: 1 })
 * @example new Sequential(new Linear(512, 128), new ReLU(), new Linear(128, 10))
 */
export class Sequential extends Module {
  readonly #layers: readonly [string, Module][];
  readonly #modules: readonly Module[];

  constructor(layers: Readonly<Record<string, Module>> | readonly Module[], options?: SequentialOptions);
  constructor(...layers: Module[]);
  constructor(...layersAndOptions: [...Module[], SequentialOptions]);
  constructor(...args: unknown[]) {
    super();
    checkCopy("Sequential", "layer 0", args[0]);
    const isRow = args[0] instanceof Module;
    const [layers = [], options = {}] = isRow ? splitOptions(args) : args;
    if (options instanceof Module) {
      throw new OptionError("Sequential: a layer stands behind an array or object of layers; put all into that.");
    }
    checkOptions<SequentialOptions>("Sequential", options as SequentialOptions, { seed: KEY_RULES.seed });
    check("Sequential", "layers", layers, collection);
    this.#layers = Object.entries(layers as Readonly<Record<string, Module>>);
    this.#modules = this.#layers.map(([, layer]) => layer);
    for (const [name, layer] of this.#layers) {
      checkModule("Sequential", `layer ${name}`, layer);
      if (!Array.isArray(layers) && !/^[A-Za-z_][^.]*$/.test(name)) {
        throw new OptionError(
          `Sequential: a layer cannot be named ${JSON.stringify(name)}; names start with a letter and hold no dot.`,
          { name },
        );
      }
      this.registerModule(name, layer);
    }
    withTail.set(this, (x, tail) =>
      this.forward === Sequential.prototype.forward ? this.#run(x, tail) : this.forward(x),
    );
    const { seed } = options as SequentialOptions;
    if (seed !== undefined) this.initialize(seed);
  }

  /** @internal What `forward` runs, in order; a class made of this one may have children beside them. */
  get layers(): readonly [string, Module][] {
    return this.#layers;
  }

  forward(x: Tensor): Tensor<"f32"> {
    return this.#run(x);
  }

  /** With `tail` in the last pass, where that can be. */
  #run(x: Tensor, tail?: Tail): Tensor<"f32"> {
    checkTensor("Sequential", "x", x, "any");
    const modules = this.#modules;
    let h = x;
    for (let i = 0; i < modules.length; ) {
      const fusion = fuse(modules, h, i, tail);
      const next = (fusion ?? modules[i]).forward(h);
      if (!(next instanceof Tensor)) checkTensor("Sequential", `what layer ${i} returns`, next, "any");
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
    checkTensor("trace", "x", x, "any");
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

/** Layers one after another, and options behind them where there are some. */
function splitOptions(args: readonly unknown[]): [layers: unknown[], options?: unknown] {
  return args.at(-1) instanceof Module ? [[...args]] : [args.slice(0, -1), args.at(-1)];
}
