// Storage: a block of the arena, shared by a tensor and its views, given back with the last of them.

import { allocate, arena, release } from "../runtime/memory.ts";

/** Writes so far, to any storage: no two states of any two are of the same version. */
let writes = 0;

/** What a storage held when operations saved tensors of it for backward: one for all that did so between two writes. */
export interface SavedState {
  readonly version: number;
  /** How many operations may still ask for it. */
  users: number;
  /** The bytes of the storage that they hold; `from` is a multiple of 4. */
  from: number;
  to: number;
  /** These bytes, once somebody was given an array through which they may be changed. */
  copy: Uint8Array | null;
}

export class Storage {
  readonly ptr: number;
  /** Another number after every write in place, and whenever somebody may write; see `Tensor.version`. */
  version = ++writes;
  /** The version of the last write that is certain. */
  private written = this.version;
  /** Of the present version, if anything was saved. */
  private saved: SavedState | null = null;
  private references = 1;

  constructor(private readonly bytes: number) {
    this.ptr = allocate(bytes);
  }

  get isShared(): boolean {
    return this.references > 1;
  }

  markWritten(): void {
    this.written = this.version = ++writes;
    this.saved = null;
  }

  /**
   * Before an array is handed out, through which anybody may write or only read. Which of the two it was, a copy tells later;
   * it is made only while a backward may still need the elements.
   */
  markExposed(): void {
    const { saved } = this;
    if (saved && saved.users > 0) saved.copy = arena().u8.slice(this.ptr + saved.from, this.ptr + saved.to);
    this.version = ++writes;
    this.saved = null;
  }

  /** For what backward will need as it is now. */
  save(offset: number, bytes: number): SavedState {
    this.saved ??= { version: this.version, users: 0, from: this.bytes, to: 0, copy: null };
    const { saved } = this;
    saved.from = Math.min(saved.from, offset) & ~3;
    saved.to = Math.max(saved.to, offset + bytes);
    saved.users++;
    return saved;
  }

  /** Whether these bytes are still those that were saved. */
  isAsSaved({ version, from, copy }: SavedState, offset: number, bytes: number): boolean {
    if (version === this.version) return true;
    if (copy === null || this.written > version) return false;
    const { u8, i32 } = arena();
    // Whole words where they are such, a quarter of the steps: a plain loop, which is compiled to little.
    const size = (offset | bytes) & 3 ? 1 : 4;
    const now = size === 1 ? u8 : i32;
    const then = size === 1 ? copy : new Int32Array(copy.buffer, 0, copy.length >> 2);
    const [at, first] = [(this.ptr + offset) / size, (offset - from) / size];
    for (let i = 0; i < bytes / size; i++) if (now[at + i] !== then[first + i]) return false;
    return true;
  }

  retain(): this {
    this.references++;
    return this;
  }

  release(): void {
    if (--this.references === 0) release(this.ptr, this.bytes);
  }
}
