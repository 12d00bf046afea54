// Storage: a block of the arena, shared by a tensor and its views, given back with the last of them.

import { allocate, release } from "../runtime/memory.ts";

export class Storage {
  readonly ptr: number;
  private references = 1;

  constructor(private readonly bytes: number) {
    this.ptr = allocate(bytes);
  }

  get isShared(): boolean {
    return this.references > 1;
  }

  retain(): this {
    this.references++;
    return this;
  }

  release(): void {
    if (--this.references === 0) release(this.ptr, this.bytes);
  }
}
