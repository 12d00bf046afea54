// The file system with faults: it fails at a given operation, or takes few bytes at a time.

import { closeSync, fsyncSync, linkSync, openSync, renameSync, unlinkSync, writeSync } from "node:fs";
import type { FileSystem } from "../../lib/formats/atomic_file.node.ts";

interface Faults {
  /** The operation that fails, counted from 0; unlinking does not count. Default: none. */
  failAt?: number;
  code?: string;
  /** Whether all that follow fail as well. */
  isLasting?: boolean;
  /** The most that one write takes. */
  mostBytes?: number;
}

/** @returns the files, the operations asked for so far, and what is open */
export function failingFiles({ failAt = -1, code = "EIO", isLasting = false, mostBytes = 1e9 }: Faults) {
  const calls: string[] = [];
  const opened: number[] = [];
  const call = (name: string): void => {
    const n = calls.push(name) - 1;
    if (n !== failAt && !(isLasting && failAt >= 0 && n > failAt)) return;
    throw Object.assign(new Error(`${code}: made to fail at ${name}`), { code });
  };
  const files: FileSystem = {
    open(path, flags) {
      call("open");
      opened.push(openSync(path, flags));
      return opened[opened.length - 1];
    },
    write(file, bytes, from) {
      call("write");
      return writeSync(file, bytes, from, Math.min(mostBytes, bytes.length - from));
    },
    fsync(file) {
      call("fsync");
      fsyncSync(file);
    },
    close(file) {
      // Closing gives the file back even where it reports an error.
      closeSync(file);
      opened.splice(opened.indexOf(file), 1);
      call("close");
    },
    rename(from, to) {
      call("rename");
      renameSync(from, to);
    },
    link(from, to) {
      call("link");
      linkSync(from, to);
    },
    unlink: unlinkSync,
  };
  return { ...files, calls, stillOpen: opened };
}
