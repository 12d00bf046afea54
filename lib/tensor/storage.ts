// Storage: a block of the arena, shared by a tensor and its views, given back with the last of them.

import { allocate, arena, release } from "../runtime/memory.ts";

/** Writes so far, to any storage: no two states of any two are of the same version. */
let writes = 0;

/** What a storage held when operations saved tensors of it for backward: one for all that did so between two writes. */
export interface SavedState {
  readonly version: number;
  /** How many operations may still ask for it. */
  users: number;
  /** The bytes, once somebody was given an array through which they may be changed. */
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
    if (this.saved && this.saved.users > 0) {
      this.saved.copy = arena().u8.slice(this.ptr, this.ptr + this.bytes);
    }
    this.version = ++writes;
    this.saved = null;
  }

  /** For what backward will need as it is now. */
  save(): SavedState {
    this.saved ??= { version: this.version, users: 0, copy: null };
    this.saved.users++;
    return this.saved;
  }

  /** Whether these bytes are still those that were saved. */
  isAsSaved({ version, copy }: SavedState, offset: number, bytes: number): boolean {
    if (version === this.version) return true;
    if (copy === null || this.written > version) return false;
    const now = arena().u8.subarray(this.ptr + offset, this.ptr + offset + bytes);
    return now.every((byte, i) => byte === copy[offset + i]);
  }

  retain(): this {
    this.references++;
    return this;
  }

  release(): void {
    if (--this.references === 0) release(this.ptr, this.bytes);
  }
}
