// Files that are either the old one or the new one, whatever happens in between.

import { closeSync, openSync, realpathSync, renameSync, statSync, unlinkSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { problemOf, RuntimeError } from "../base/errors.ts";
import { ACCESS_DENIED } from "../base/permission.ts";
import { systemCode, systemReason } from "../base/system_error.ts";
import { flushFile } from "./flush_file.node.ts";

/** @internal What writing takes of a file system; tests give one that fails. */
export interface FileSystem {
  open(path: string, flags: string): number;
  /** @returns how many bytes it took, perhaps fewer than there are */
  write(file: number, bytes: Uint8Array, from: number): number;
  fsync(file: number): void;
  close(file: number): void;
  rename(from: string, to: string): void;
  unlink(path: string): void;
}

/** Looked up at each call, so that tests can put a disk with faults under the whole program. */
const NODE_FILES: FileSystem = {
  open: (path, flags) => openSync(path, flags),
  write: (file, bytes, from) => writeSync(file, bytes, from),
  fsync: flushFile,
  close: (file) => closeSync(file),
  rename: (from, to) => renameSync(from, to),
  unlink: (path) => unlinkSync(path),
};

/** What can be done about the commonest errors; the others' names have to say it. */
const REMEDIES: Readonly<Record<string, string>> = {
  EACCES: "Choose a folder that you may write to.",
  EDQUOT: "Free some space, and try again.",
  EIO: "The disk reports an error: check it, or choose another.",
  ENOENT: "Make the folder first.",
  ENOSPC: "Free some space, and try again.",
  EPERM: "Choose a folder that you may write to.",
  EROFS: "Choose a folder that you may write to.",
  [ACCESS_DENIED]: "Or choose a folder that Node may write to.",
};

/**
 * Replaces a file in one step: written beside it under another name, flushed to the disk, renamed. Whoever reads
 * `path` sees all of the old content or all of the new; a failure leaves the old one, and nothing beside it. Only a
 * process that is killed meanwhile leaves the other name behind: `.NAME.PID.NUMBER.tmp`. A link stays one: the file that
 * it leads to is replaced.
 *
 * @throws {RuntimeError} the file cannot be written: no space, no permission, no such folder; or it is a device or a pipe
 */
export function writeFileAtomic(path: string, bytes: Uint8Array): void;
/** @internal */
export function writeFileAtomic(path: string, bytes: Uint8Array, files: FileSystem): void;
export function writeFileAtomic(path: string, bytes: Uint8Array, files = NODE_FILES): void {
  const target = targetOf(path);
  const folder = dirname(target);
  const temporary = join(folder, `.${basename(target)}.${process.pid}.${process.hrtime.bigint()}.tmp`);
  try {
    writeAndFlush(files, temporary, bytes);
    files.rename(temporary, target);
  } catch (error) {
    removeIfThere(files, temporary);
    const { code } = error as NodeJS.ErrnoException;
    const remedy = REMEDIES[code ?? ""] ?? "Choose another path.";
    throw new RuntimeError(
      `writeFileAtomic: ${path} cannot be written: ${reasonOf(error)}. What was there is unchanged. ${remedy}`,
      { path, code },
    );
  }
  flushFolder(files, folder);
}

/** Where the path leads. @throws {RuntimeError} to something that a file must not take the place of */
function targetOf(path: string): string {
  const found = attempt(() => statSync(path));
  if (found && !found.isFile() && !found.isDirectory()) {
    throw new RuntimeError(
      `writeFileAtomic: ${path} cannot be replaced: it is a device, a pipe or a socket. Choose another path.`,
      { path },
    );
  }
  return attempt(() => realpathSync(path)) ?? path;
}

/** Null where it fails: what is wrong with the path, opening it says. */
function attempt<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}

/** Node's "ENOENT: no such file or directory, open '…'" without its tail. */
export function reasonOf(error: unknown): string {
  if (systemCode(error) === ACCESS_DENIED) return systemReason(error) as string;
  return problemOf(error).replace(/, \w+( '.*)?$/s, "");
}

function writeAndFlush(files: FileSystem, path: string, bytes: Uint8Array): void {
  const file = files.open(path, "wx");
  try {
    for (let at = 0; at < bytes.length; ) {
      const taken = files.write(file, bytes, at);
      // Nothing forbids a system to take none, for ever.
      if (!(taken > 0)) throw new Error(`the system took ${at} of ${bytes.length} bytes and no more`);
      at += taken;
    }
    files.fsync(file);
  } catch (error) {
    try {
      files.close(file);
    } catch {
      // The first error counts.
    }
    throw error;
  }
  files.close(file);
}

function removeIfThere(files: FileSystem, path: string): void {
  try {
    files.unlink(path);
  } catch {
    // It was never made, or the disk takes nothing any more, not even this.
  }
}

/** Makes the renaming itself durable, where the system can: Windows opens no folders. */
function flushFolder(files: FileSystem, folder: string): void {
  try {
    const handle = files.open(folder, "r");
    try {
      files.fsync(handle);
    } finally {
      files.close(handle);
    }
  } catch {
    // The new file is in place and whole all the same.
  }
}
