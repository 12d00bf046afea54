// A file that a run appends to as it goes: what an interrupted run wrote after its last state is cut off, and comes again.

import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { describeSystemError } from "../terminal/report_error.ts";

export class AppendFile {
  /** How long it is. */
  bytes: number;
  private readonly file: number;

  /**
   * @param keptBytes what is kept of an earlier half of the run; 0 for a new one
   * @param endOfWhole where the last whole entry of a content ends, which may break off anywhere
   */
  constructor(
    private readonly path: string,
    keptBytes: number,
    endOfWhole: (content: Uint8Array) => number,
  ) {
    try {
      this.file = openSync(path, "a");
      const { size } = fstatSync(this.file);
      // Shorter than that, somebody took some away: the rest is worth having all the same, as far as it is whole.
      this.bytes = size < keptBytes ? endOfWhole(readFileSync(path)) : keptBytes;
      ftruncateSync(this.file, this.bytes);
    } catch (error) {
      throw this.failure(error);
    }
  }

  append(bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.length; ) {
        const taken = writeSync(this.file, bytes, at);
        if (taken === 0) throw new Error("the system takes no more");
        at += taken;
      }
    } catch (error) {
      throw this.failure(error);
    }
    this.bytes += bytes.length;
  }

  /** Makes sure that all so far outlasts this process, and the machine. */
  flush(): void {
    try {
      fsyncSync(this.file);
    } catch (error) {
      throw this.failure(error);
    }
  }

  close(): void {
    closeSync(this.file);
  }

  private failure(error: unknown): Error {
    return new Error(`${describeSystemError(`cannot write ${this.path}`, error)}.`);
  }
}
