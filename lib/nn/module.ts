// Module: what has parameters and can be run; and the walk over a tree of them.

import { check, string } from "../base/check.ts";
import { formatShape, OptionError } from "../base/errors.ts";
import { INSPECT } from "../base/inspect.ts";
import { printable } from "../base/printable.ts";
import { KEY_RULES } from "../runtime/rng.ts";
import { COPY, checkCopy, THIS_COPY } from "../tensor/check_copy.ts";
import { checkTensor } from "../tensor/check_tensor.ts";
import { Tensor } from "../tensor/tensor.ts";
import { layerTable } from "./layer_table.ts";

/** What a module holds under a name. */
type Member = Tensor | Module;

interface Registered {
  readonly name: string;
  readonly value: Member | null;
  readonly isBuffer: boolean;
  /** How many fields the module had then: its place among them. */
  readonly position: number;
}

/**
 * A layer or a network of layers.
 *
 * A network is a class with its layers as fields, and `forward`. Fields are found by themselves:
 *
 *   fc = new Linear(64, 64)                 fc.weight, fc.bias      a module
 *   blocks = [new Linear(4, 4), …]          blocks.0.weight …       as in PyTorch's ModuleList
 *   heads = { a: new Linear(4, 2), … }      heads.a.weight …        as in its ModuleDict
 *   scale, a tensor with requiresGrad       scale                   as a Parameter; in an array as in a ParameterList
 *
 * Arrays and plain objects may be nested. `#private` fields, Maps, and objects of other classes cannot be looked into: what
 * they hold is named by `registerModule`, `registerParameter` or `registerBuffer`. What is neither a field nor registered is
 * neither trained nor saved; `unregisteredParameters(model, loss)` lists such tensors.
 *
 * A layer or tensor under several names is trained once. One that is frozen (`requiresGrad = false`) is still saved.
 *
 * @example
 *   class Residual extends Module {
 *     fc = new Linear(64, 64);
 *     #gate = this.registerModule("gate", new Linear(64, 64));
 *     forward(x: Tensor) { return add(x, mul(sigmoid(this.#gate.forward(x)), relu(this.fc.forward(x)))); }
 *   }
 */
export abstract class Module {
  /** Whether dropout drops and BatchNorm uses the batch's own statistics; set by `train()` and `eval()`. */
  isTraining = true;

  readonly #registered: Registered[] = [];

  abstract forward(x: Tensor): Tensor<"f32">;

  /** Training behaviour, here and in all modules inside. @returns this */
  train(): this {
    return this.setTraining(true);
  }

  /** Inference behaviour, here and in all modules inside. @returns this */
  eval(): this {
    return this.setTraining(false);
  }

  /** The modules directly inside, by name, in order; one in a list or object has its path there, e.g. "blocks.0". */
  children(): [string, Module][] {
    return this.members().filter((member): member is [string, Module] => member[1] instanceof Module);
  }

  /** This module, under the name "", and all inside, with their paths. Each once, before those inside it. */
  namedModules(): [string, Module][] {
    const found = new Map<Module, string>();
    const visit = (module: Module, path: string): void => {
      if (found.has(module)) return;
      found.set(module, path);
      for (const [name, child] of module.children()) visit(child, join(path, name));
    };
    visit(this, "");
    return Array.from(found, ([module, path]) => [path, module]);
  }

  /** What an optimizer trains, in order, each once. */
  parameters(): Tensor<"f32">[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /**
   * The parameters with their paths, e.g. "conv1.weight": names and order of PyTorch's named_parameters(). One that is shared
   * has the first of its names.
   */
  namedParameters(): [string, Tensor<"f32">][] {
    return each(namedState(this).parameters);
  }

  /** What belongs to the state but is not trained, e.g. "bn1.running_mean"; each once. */
  namedBuffers(): [string, Tensor][] {
    return each(namedState(this).buffers);
  }

  /**
   * Makes `module` a child by that name, as a field of that name would be. For those in `#private` fields, Maps and the like.
   *
   * @returns the module
   * @throws {OptionError} it is no module, or the name is empty or holds a dot
   * @example #hidden = this.registerModule("hidden", new Linear(4, 4));
   */
  registerModule<M extends Module>(name: string, module: M): M {
    checkModule("registerModule", name, module);
    this.register("registerModule", name, module, false);
    return module;
  }

  /**
   * Makes `tensor` a parameter by that name: trained, saved, and kept by scopes. Null reserves the name for an absent one.
   *
   * @returns the tensor
   * @throws {DTypeError} it is no f32 tensor
   * @throws {OptionError} the name is empty or holds a dot
   * @example #scale = this.registerParameter("scale", ones([1]));
   */
  registerParameter<T extends Tensor<"f32"> | null>(name: string, tensor: T): T {
    if (tensor !== null) {
      checkTensor("registerParameter", name, tensor);
      tensor.keep().requiresGrad = true;
    }
    this.register("registerParameter", name, tensor, false);
    return tensor;
  }

  /**
   * Makes `tensor` a buffer by that name: saved and kept by scopes, but not trained.
   *
   * @returns the tensor
   * @throws {DTypeError} it is no tensor
   * @throws {OptionError} the name is empty or holds a dot
   * @example readonly runningMean = this.registerBuffer("running_mean", zeros([32]));
   */
  registerBuffer<T extends Tensor>(name: string, tensor: T): T {
    checkTensor("registerBuffer", name, tensor, "any");
    this.register("registerBuffer", name, tensor.keep(), true);
    return tensor;
  }

  /**
   * Draws the layers' parameters again, from the seed and their paths: a layer that is added or removed elsewhere
   * changes nothing here. Tensors that are fields of a user's class keep their values, unless it overrides `initializeOwn`.
   *
   * @param path this module's own place in the tree; "" at the root
   */
  initialize(seed: number, path = ""): void {
    check("initialize", "seed", seed, KEY_RULES.seed);
    check("initialize", "path", path, string);
    for (const [name, module] of this.namedModules()) module.initializeOwn(seed, name === "" ? path : join(path, name));
  }

  /**
   * What layers that draw at random (Dropout) draw from next. Trainer calls it at each step, so that a
   * resumed run draws what the uninterrupted one would have.
   *
   * @param step counted up by one at each training forward
   */
  setRandomState(seed: number, step: number): void {
    if (visiting.has(this)) return;
    visiting.add(this);
    try {
      for (const [, child] of this.children()) child.setRandomState(seed, step);
    } finally {
      visiting.delete(this);
    }
  }

  /** A table of its layers: what `console.log` shows; `summary(model, inputShape)` has the shapes of their results too. */
  toString(): string {
    return layerTable(this, null);
  }

  /** @internal */
  get [COPY](): typeof THIS_COPY {
    return THIS_COPY;
  }

  /** @internal */
  [INSPECT](depth: number): string {
    return depth < 0 ? `[${this.constructor.name}]` : this.toString();
  }

  /** Draws this module's parameters, from streams named by their paths. */
  protected initializeOwn(_seed: number, _path: string): void {}

  /** @internal All that it holds but for buffers, in PyTorch's order: its tensors first, and lists and objects as children. */
  members(): [string, Member][] {
    const registered = this.#registered;
    const named: [string, unknown][] = [];
    let next = 0;
    const addRegistered = (position: number): void => {
      for (; next < registered.length && registered[next].position <= position; next++) {
        const { name, value, isBuffer } = registered[next];
        if (!isBuffer) named.push([name, value]);
      }
    };
    Object.entries(this).forEach(([name, value], position) => {
      addRegistered(position);
      // What is registered goes by that name alone.
      if (isObject(value) && !registered.some((entry) => entry.value === value)) named.push([name, value]);
    });
    addRegistered(Number.POSITIVE_INFINITY);
    // A list of what is already named gives no second names.
    const hasName = (value: object): boolean =>
      named.some((entry) => entry[1] === value) || registered.some((entry) => entry.value === value);
    return membersOf(named, "", new Set<object>([this]), hasName);
  }

  /** @internal */
  ownBuffers(): [string, Tensor][] {
    return this.#registered.filter(({ isBuffer }) => isBuffer).map(({ name, value }) => [name, value as Tensor]);
  }

  private register(op: string, name: string, value: Member | null, isBuffer: boolean): void {
    if (typeof name !== "string" || name === "" || name.includes(".")) {
      throw new OptionError(`${op}: a name must be a text without dots, and not empty; got ${printable(name)}.`, {
        name,
      });
    }
    const entry = { name, value, isBuffer, position: Object.keys(this).length };
    const at = this.#registered.findIndex((other) => other.name === name);
    if (at < 0) this.#registered.push(entry);
    else this.#registered[at] = { ...entry, position: this.#registered[at].position };
  }

  private setTraining(isTraining: boolean): this {
    for (const [, module] of this.namedModules()) module.isTraining = isTraining;
    return this;
  }
}

/** Modules whose `setRandomState` is under way: one may hold the module that holds it. */
const visiting = new Set<Module>();

/**
 * @internal
 * @throws {OptionError} it is no module
 * @throws {RuntimeError} it is one of another copy of the library
 */
export function checkModule(op: string, name: string, value: unknown): void {
  if (value instanceof Module) return;
  checkCopy(op, name, value);
  throw new OptionError(`${op}: ${name} must be a Module; got ${printable(value)}.`, { name });
}

/** @internal A path in the tree of modules: `join("block1", "conv")` is "block1.conv", `join("", "conv")` "conv". */
export function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

/**
 * @internal Parameters and buffers under every name they have, as in PyTorch's state_dict(): a shared tensor appears under each of its names.
 *
 * @throws {OptionError} two different tensors have one name
 */
export function namedState(root: Module): { parameters: [string, Tensor<"f32">][]; buffers: [string, Tensor][] } {
  const parameters: [string, Tensor<"f32">][] = [];
  const buffers: [string, Tensor][] = [];
  const above = new Set<Module>();
  const visit = (module: Module, path: string): void => {
    if (above.has(module)) return;
    above.add(module);
    for (const [name, buffer] of module.ownBuffers()) buffers.push([join(path, name), buffer]);
    for (const [name, member] of membersByName(module)) {
      if (member instanceof Module) visit(member, join(path, name));
      else parameters.push([join(path, name), member as Tensor<"f32">]);
    }
    above.delete(module);
  };
  visit(root, "");
  checkNames([...parameters, ...buffers]);
  return { parameters, buffers };
}

/** The same where a class gives its children other names. */
function membersByName(module: Module): [string, Member][] {
  const members = module.members();
  if (module.children === Module.prototype.children) return members;
  return [...members.filter(([, member]) => member instanceof Tensor), ...module.children()];
}

function membersOf(
  entries: readonly [string, unknown][],
  path: string,
  above: Set<object>,
  hasName: (value: object) => boolean,
): [string, Member][] {
  const tensors: [string, Member][] = [];
  const others: [string, Member][] = [];
  for (const [name, value] of entries) {
    if (!isObject(value) || (path !== "" && hasName(value))) continue;
    if (value instanceof Tensor) {
      if (value.isParameter) tensors.push([join(path, name), value]);
    } else if (value instanceof Module) {
      others.push([join(path, name), value]);
    } else if (!isContainer(value)) {
      checkCopy("Module", join(path, name), value);
    } else if (!above.has(value)) {
      above.add(value);
      others.push(...membersOf(objectsIn(value), join(path, name), above, hasName));
      above.delete(value);
    }
  }
  return [...tensors, ...others];
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** An array or a plain object, from whichever realm: no object of a class, which has its own idea of what it holds. */
function isContainer(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Of a long list of numbers, which a module may hold, nothing is made. */
function objectsIn(container: object): [string, unknown][] {
  if (!Array.isArray(container)) return Object.entries(container);
  const found: [string, unknown][] = [];
  for (let i = 0; i < container.length; i++) if (isObject(container[i])) found.push([String(i), container[i]]);
  return found;
}

function each<T extends Tensor>(named: readonly [string, T][]): [string, T][] {
  const seen = new Set<T>();
  return named.filter(([, tensor]) => !seen.has(tensor) && seen.add(tensor));
}

function checkNames(named: readonly [string, Tensor][]): void {
  const byName = new Map<string, Tensor>();
  for (const [name, tensor] of named) {
    const other = byName.get(name);
    if (other && other !== tensor) {
      throw new OptionError(
        `Module: two tensors are named ${name}, of shapes ${formatShape(other.shape)} and ${formatShape(tensor.shape)}. ` +
          "Rename one of them.",
        { name },
      );
    }
    byName.set(name, tensor);
  }
}
