// Module: what has parameters and can be run; and the walk over a tree of them.

import type { Tensor } from "../tensor/tensor.ts";

/**
 * A layer or a network of layers.
 *
 * Properties that are modules are its children, under the property's name; so a network of one's own is
 * a class with its layers as properties and `forward`.
 *
 * @example
 *   class Residual extends Module {
 *     fc = new Linear(64, 64);
 *     forward(x: Tensor) { return add(x, relu(this.fc.forward(x))); }
 *   }
 */
export abstract class Module {
  /** Whether dropout drops and BatchNorm uses the batch's own statistics; set by `train()` and `eval()`. */
  isTraining = true;

  abstract forward(x: Tensor): Tensor<"f32">;

  /** Training behaviour, here and in all children. @returns this */
  train(): this {
    return this.setTraining(true);
  }

  /** Inference behaviour, here and in all children. @returns this */
  eval(): this {
    return this.setTraining(false);
  }

  /** The modules directly inside, by name, in order. */
  children(): [string, Module][] {
    return Object.entries(this).filter((entry): entry is [string, Module] => entry[1] instanceof Module);
  }

  /** What an optimizer trains, in order; a parameter that two layers share stands there once. */
  parameters(): Tensor<"f32">[] {
    return [...new Set(this.namedParameters().map(([, parameter]) => parameter))];
  }

  /** The parameters with their paths, e.g. "conv1.weight": the names PyTorch's state_dict has. */
  namedParameters(): [string, Tensor<"f32">][] {
    return collect(this, (module) => module.ownParameters());
  }

  /** What belongs to the state but is not trained, e.g. "bn1.running_mean". */
  namedBuffers(): [string, Tensor][] {
    return collect<Tensor>(this, (module) => module.ownBuffers());
  }

  /**
   * Draws all parameters anew, from the seed and their paths: a layer that is added or removed elsewhere
   * changes nothing here.
   *
   * @param path this module's own place in the tree; "" at the root
   */
  initialize(seed: number, path = ""): void {
    this.initializeOwn(seed, path);
    for (const [name, child] of this.children()) child.initialize(seed, join(path, name));
  }

  /**
   * What layers that draw at random (Dropout) draw from next. Trainer calls it at each step, so that a
   * resumed run draws what the uninterrupted one would have.
   *
   * @param step counted up by one at each training forward
   */
  setRandomState(seed: number, step: number): void {
    for (const [, child] of this.children()) child.setRandomState(seed, step);
  }

  /** This module's parameters without its children's, by name. */
  protected ownParameters(): Record<string, Tensor<"f32"> | null> {
    return {};
  }

  /** This module's buffers without its children's, by name. */
  protected ownBuffers(): Record<string, Tensor> {
    return {};
  }

  /** Draws this module's parameters, from streams named by their paths. */
  protected initializeOwn(_seed: number, _path: string): void {}

  private setTraining(isTraining: boolean): this {
    this.isTraining = isTraining;
    for (const [, child] of this.children()) child.setTraining(isTraining);
    return this;
  }
}

/** A path in the tree of modules: `join("block1", "conv")` is "block1.conv", `join("", "conv")` "conv". */
export function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function collect<T extends Tensor>(root: Module, own: (module: Module) => Record<string, T | null>): [string, T][] {
  const found: [string, T][] = [];
  const visit = (module: Module, path: string): void => {
    for (const [name, tensor] of Object.entries(own(module))) {
      if (tensor) found.push([join(path, name), tensor]);
    }
    for (const [name, child] of module.children()) visit(child, join(path, name));
  };
  visit(root, "");
  return found;
}
