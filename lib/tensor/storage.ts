// Storage: a block of the arena, shared by a tensor and its views, given back with the last of them.

import { allocate, release } from "../runtime/memory.ts";

/** Writes so far, to any storage: no two states of any two are of the same version. */
let writes = 0;

export class Storage {
  readonly ptr: number;
  /** Another number after every write in place; see `Tensor.version`. */
  version = ++writes;
  private references = 1;

  constructor(private readonly bytes: number) {
    this.ptr = allocate(bytes);
  }

  get isShared(): boolean {
    return this.references > 1;
  }

  markWritten(): void {
    this.version = ++writes;
  }

  retain(): this {
    this.references++;
    return this;
  }

  release(): void {
    if (--this.references === 0) release(this.ptr, this.bytes);
  }
}
