// A file that a run appends to as it goes: what an interrupted run wrote after its last state is cut off, and comes again.

import { ftruncateSync } from "node:fs";
import { RuntimeError } from "../../lib/base/errors.ts";
import { appendAll, closeQuietly, openOwned } from "../../lib/base/open_file.node.ts";
import { readFileBounded } from "../../lib/base/read_file.node.ts";
import { describeSystemError, systemCode } from "../../lib/base/system_error.ts";
import { flushFile } from "../../lib/formats/flush_file.node.ts";
import { FILE_LIMITS } from "./file_limits.ts";

export class AppendFile {
  /** How long it is. */
  bytes: number;
  private readonly file: number;

  /**
   * @param keptBytes what is kept of an earlier half of the run; 0 for a new one
   * @param endOfWhole where the last whole entry of a content ends, which may break off anywhere
   * @throws {RuntimeError} it cannot be read or written; `append` and `flush` likewise
   */
  constructor(
    private readonly path: string,
    keptBytes: number,
    endOfWhole: (content: Uint8Array) => number,
  ) {
    let file: number | undefined;
    try {
      const opened = openOwned(path);
      file = opened.file;
      const { size } = opened;
      // Shorter than that, somebody took some away: the rest is worth having all the same, as far as it is whole.
      this.bytes = size < keptBytes ? endOfWhole(readFileBounded(path, FILE_LIMITS.log)) : keptBytes;
      ftruncateSync(file, this.bytes);
      this.file = file;
    } catch (error) {
      if (file !== undefined) closeQuietly(file);
      throw this.failure(error);
    }
  }

  append(bytes: Uint8Array): void {
    try {
      appendAll(this.file, bytes, this.bytes);
    } catch (error) {
      throw this.failure(error);
    }
    this.bytes += bytes.length;
  }

  /** Makes sure that all so far outlasts this process, and the machine. */
  flush(): void {
    try {
      flushFile(this.file);
    } catch (error) {
      throw this.failure(error);
    }
  }

  /** What counts was flushed before: an error now says nothing about it. */
  close(): void {
    closeQuietly(this.file);
  }

  private failure(error: unknown): RuntimeError {
    const { path } = this;
    return new RuntimeError(`AppendFile: ${describeSystemError(`cannot write ${path}`, error)}.`, {
      path,
      code: systemCode(error),
    });
  }
}
