// Tensor: a shape over a piece of wasm memory. Data access and lifetime; operations are free functions.

import { boolean, check } from "../base/check.ts";
import { DisposedError, DTypeError, formatShape, ShapeError } from "../base/errors.ts";
import { INSPECT } from "../base/inspect.ts";
import { printable } from "../base/printable.ts";
import { arena } from "../runtime/memory.ts";
import { COPY, THIS_COPY } from "./check_copy.ts";
import { formatValues } from "./format_values.ts";
import { DISPOSE, enterScope, escapeScopes, leaveScope, type Owned, type Scope } from "./scope.ts";
import { checkShape, frozenShape, type Shape, sizeOf } from "./shape.ts";
import { type SavedState, Storage } from "./storage.ts";

export type DType = "f32" | "i32" | "u8";

export interface TypedArrays {
  f32: Float32Array;
  i32: Int32Array;
  u8: Uint8Array;
}

const BYTES: Record<DType, number> = { f32: 4, i32: 4, u8: 1 };

/** What computed a tensor, as autograd recorded it; see lib/autograd/node.ts. */
export interface GraphNode extends Owned {
  /** Ascending in the order of computation. */
  readonly id: number;
}

/** Catches what no scope frees and nobody disposed of. It holds the storage, never the tensor. */
const collected = new FinalizationRegistry<Storage>((storage) => storage.release());

/**
 * A dense, row-major array of f32, i32 or u8 numbers.
 *
 * Nobody has to free one: `backward()` frees what it used, scopes free what they made, and the garbage
 * collector the rest. `dispose()` and `using` give memory back at once.
 */
export class Tensor<D extends DType = DType> implements Owned {
  readonly shape: Shape;
  readonly size: number;
  /** ∂loss/∂this, of the same shape; made by `backward()`, summed over calls, cleared by `zeroGrad()`. */
  grad: Tensor<"f32"> | null = null;
  /** @internal What computed it, where a gradient flows back. */
  node: GraphNode | null = null;
  /** @internal Exempt from every automatic release but the garbage collector's. */
  isKept = false;
  /** @internal */
  owner: Scope | null = null;

  private wantsGrad = false;
  private wantedGrad = false;
  private storage: Storage | null;
  private offset: number;
  private isWatched = false;
  /** The elements, while they lie on the JS heap; see `moveToHeap`. */
  private onHeap: TypedArrays[D] | null = null;

  /** @internal Use `tensor()`, `zeros()`, `empty()` …; with `base` it is a view that shares its memory. */
  constructor(
    readonly dtype: D,
    shape: Shape,
    base?: { tensor: Tensor<D>; offset: number },
  ) {
    checkShape("tensor", shape);
    if (typeof dtype !== "string" || !(BYTES[dtype] > 0)) {
      throw new DTypeError(`tensor: dtype must be one of ${Object.keys(BYTES).join(", ")}; got ${printable(dtype)}.`, {
        dtype,
      });
    }
    this.shape = frozenShape(shape);
    this.size = sizeOf(shape);
    this.storage = base ? base.tensor.liveStorage().retain() : new Storage(this.size * BYTES[dtype]);
    this.offset = base ? base.tensor.offset + base.offset * BYTES[dtype] : 0;
    enterScope(this);
  }

  /**
   * Whether `backward()` should compute a gradient for it; default false.
   *
   * @throws {OptionError} set to another value than true or false
   * @throws {DTypeError} set to true where the dtype is not f32
   */
  get requiresGrad(): boolean {
    return this.wantsGrad;
  }

  set requiresGrad(value: boolean) {
    check("tensor", "requiresGrad", value, boolean);
    if (value && this.dtype !== "f32") {
      throw new DTypeError(`tensor: only f32 has gradients; requiresGrad was set on ${this.title}.`, {
        dtype: this.dtype,
      });
    }
    this.wantsGrad = value;
    this.wantedGrad ||= value;
  }

  /** @internal Whether, as a module's field, it is one of its parameters: no operation's result, and frozen at most. */
  get isParameter(): boolean {
    return this.wantedGrad && this.node === null;
  }

  /** @internal The address of the first element, for kernels. */
  get ptr(): number {
    return this.liveStorage().ptr + this.offset;
  }

  /** @internal */
  get [COPY](): typeof THIS_COPY {
    return THIS_COPY;
  }

  /** The number of dimensions. */
  get ndim(): number {
    return this.shape.length;
  }

  get isDisposed(): boolean {
    return this.storage === null && this.onHeap === null;
  }

  /** @internal Whether another tensor shares the memory. */
  get isShared(): boolean {
    return this.liveStorage().isShared;
  }

  /**
   * The elements themselves, not a copy: writing changes the tensor. Ask again before each write, rather than
   * hold the array: where memory is not shared between threads, growing it detaches older arrays, and a write to an array
   * that was asked for before goes unnoticed by what depends on the tensor: by weights with BatchNorm folded in, which are
   * recomputed after `data` was asked for, and by `backward()`, which refuses to go through what has changed since.
   *
   * @throws {DisposedError}
   */
  get data(): TypedArrays[D] {
    this.storage?.markExposed();
    return this.values;
  }

  /**
   * The same array for reading alone: it does not count as a write, so that nothing is recomputed or compared.
   *
   * @throws {DisposedError}
   */
  get values(): TypedArrays[D] {
    if (this.onHeap) return this.onHeap;
    const start = this.ptr / BYTES[this.dtype];
    return arena()[this.dtype].subarray(start, start + this.size) as TypedArrays[D];
  }

  /**
   * @internal Another number after every write in place, also through a view: what was computed from it under
   * the same version still holds.
   */
  get version(): number {
    return this.liveStorage().version;
  }

  /** @internal For what writes in place through `ptr`. */
  markWritten(): void {
    this.liveStorage().markWritten();
  }

  /** @internal For what backward will need as it is now; `isAsSaved` says whether it still is. */
  save(): SavedState {
    return this.liveStorage().save(this.offset, this.size * BYTES[this.dtype]);
  }

  /** @internal */
  isAsSaved(state: SavedState): boolean {
    return this.liveStorage().isAsSaved(state, this.offset, this.size * BYTES[this.dtype]);
  }

  /**
   * The only element of a tensor of size 1, as a number.
   *
   * @throws {ShapeError} any other size
   */
  item(): number {
    if (this.size !== 1) {
      throw new ShapeError(
        `item: needs exactly one element; got ${formatShape(this.shape)}. Use .data or .toArray().`,
        {
          shape: this.shape,
        },
      );
    }
    return this.values[0];
  }

  /**
   * A copy as nested arrays; a scalar gives its number.
   *
   * @throws {DisposedError}
   * @example tensor([[1, 2], [3, 4]]).toArray() // [[1, 2], [3, 4]]
   */
  // biome-ignore lint/suspicious/noExplicitAny: the nesting depth is the rank, known only at run time
  toArray(): any {
    const { values, shape } = this;
    let at = 0;
    // biome-ignore lint/suspicious/noExplicitAny: as above
    const build = (axis: number): any =>
      axis === shape.length ? values[at++] : Array.from({ length: shape[axis] }, () => build(axis + 1));
    return build(0);
  }

  /** Gives the memory back now. Views that share it keep it alive. Calling it twice is fine. */
  dispose(): void {
    leaveScope(this);
    this.onHeap = null;
    if (this.storage) this.releaseStorage(this.storage);
  }

  [DISPOSE](): void {
    this.dispose();
  }

  /** Exempts it from scopes and from what `backward()` frees. */
  keep(): this {
    this.isKept = true;
    escapeScopes(this);
    return this;
  }

  /**
   * @internal Gives the memory back but keeps the elements, on the JS heap; the next operation on it brings
   * them back. For losses of steps long past: a synchronous loop never lets the garbage collector free them.
   */
  moveToHeap(): void {
    if (!this.storage) return;
    this.onHeap = this.values.slice() as TypedArrays[D];
    this.releaseStorage(this.storage);
  }

  /** @internal From now on the garbage collector gives the memory back: registering is dear, and scopes do it themselves. */
  escaped(): void {
    if (!this.storage || this.isWatched) return;
    collected.register(this, this.storage, this);
    this.isWatched = true;
  }

  /** @internal */
  dependencies(): readonly Owned[] {
    return this.node ? [this.node] : [];
  }

  /** What JSON.stringify writes: `toArray()`. JSON has no NaN and no Infinity, and says null for them. */
  toJSON(): unknown {
    return this.toArray();
  }

  /**
   * Dtype, shape and numbers, these as NumPy prints them: what `console.log` shows.
   *
   * @example
   *   String(tensor([[1, 2], [3, 0.5]]))
   *   // Tensor f32[2, 2]
   *   // [[1.  2. ]
   *   //  [3.  0.5]]
   */
  toString(): string {
    if (this.isDisposed) return `${this.title} (disposed)`;
    const values = formatValues(this.values, this.shape, this.dtype !== "f32");
    return `${this.title}${this.requiresGrad ? " (requiresGrad)" : ""}${/\n/.test(values) ? "\n" : " "}${values}`;
  }

  /** @internal */
  [INSPECT](depth: number): string {
    return depth < 0 ? `[${this.title}]` : this.toString();
  }

  private get title(): string {
    return `Tensor ${this.dtype}${formatShape(this.shape)}`;
  }

  private releaseStorage(storage: Storage): void {
    if (this.isWatched) collected.unregister(this);
    this.isWatched = false;
    storage.release();
    this.storage = null;
  }

  private liveStorage(): Storage {
    if (this.onHeap) this.moveFromHeap(this.onHeap);
    if (!this.storage) {
      throw disposedError("tensor", "", this.shape);
    }
    return this.storage;
  }

  private moveFromHeap(values: TypedArrays[D]): void {
    this.storage = new Storage(this.size * BYTES[this.dtype]);
    this.offset = 0;
    this.onHeap = null;
    if (!this.owner) this.escaped();
    this.data.set(values as ArrayLike<number>);
  }
}

/** @internal */
export function disposedError(op: string, name: string, shape: Shape): DisposedError {
  return new DisposedError(
    `${op}: ${name && `${name} `}${formatShape(shape)} was given back by dispose(), the end of its scope, a later batch or a later backward(). ` +
      "Read it before, or call keep() on it.",
    { shape },
  );
}
