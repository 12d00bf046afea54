// Files that are either the old one or the new one, whatever happens in between.

import {
  closeSync,
  linkSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { boolean, checkOptions } from "../base/check.ts";
import { problemOf, RuntimeError } from "../base/errors.ts";
import { ACCESS_DENIED } from "../base/permission.ts";
import { specialKind } from "../base/read_file.node.ts";
import { systemCode, systemReason } from "../base/system_error.ts";
import { flushFile } from "./flush_file.node.ts";
import { sweepOnce, temporaryBeside } from "./temporary_file.node.ts";

/** @internal What writing takes of a file system; tests give one that fails. */
export interface FileSystem {
  open(path: string, flags: string): number;
  /** @returns how many bytes it took, perhaps fewer than there are */
  write(file: number, bytes: Uint8Array, from: number): number;
  fsync(file: number): void;
  close(file: number): void;
  rename(from: string, to: string): void;
  /** A second name of a file; it fails where there is something of that name. */
  link(from: string, to: string): void;
  unlink(path: string): void;
}

/** Looked up at each call, so that tests can put a disk with faults under the whole program. */
const NODE_FILES: FileSystem = {
  open: (path, flags) => openSync(path, flags),
  write: (file, bytes, from) => writeSync(file, bytes, from),
  fsync: flushFile,
  close: (file) => closeSync(file),
  rename: (from, to) => renameSync(from, to),
  link: (from, to) => linkSync(from, to),
  unlink: (path) => unlinkSync(path),
};

/** What can be done about the commonest errors; the others' names have to say it. */
const REMEDIES: Readonly<Record<string, string>> = {
  EACCES: "Choose a folder that you may write to.",
  EEXIST: "Choose another path.",
  EDQUOT: "Free some space, and try again.",
  EIO: "The disk reports an error: check it, or choose another.",
  ENOENT: "Make the folder first.",
  ENOSPC: "Free some space, and try again.",
  EPERM: "Choose a folder that you may write to.",
  EROFS: "Choose a folder that you may write to.",
  [ACCESS_DENIED]: "Or choose a folder that Node may write to.",
};

export interface WriteFileOptions {
  /** Whether a file that is there is replaced; default true. Else writing ends with an error, `details.code` EEXIST. */
  replace?: boolean;
  /**
   * Whether a link stays one, and the file that it leads to is replaced; default true, for paths that a user named. Else the
   * link is replaced, for names that the program chose: whoever put a link there must not choose what is overwritten.
   */
  followLinks?: boolean;
}

/**
 * Writes a file in one step: beside its place under another name, flushed to the disk, renamed. Whoever reads
 * `path` sees all of the old content or all of the new; a failure leaves the old one, and nothing beside it. Only a
 * process that is killed meanwhile leaves the other name behind, until the next one writes in that folder.
 *
 * @throws {RuntimeError} the file cannot be written: no space, no permission, no such folder; or it is a device or a pipe
 * @throws {OptionError} an option of another name or type
 * @example writeFileAtomic("cnn.onnx", encodeOnnx(model, [28, 28, 1]), { replace: false })
 */
export function writeFileAtomic(path: string, bytes: Uint8Array, options?: WriteFileOptions): void;
/** @internal */
export function writeFileAtomic(path: string, bytes: Uint8Array, options: WriteFileOptions, files: FileSystem): void;
export function writeFileAtomic(
  path: string,
  bytes: Uint8Array,
  options: WriteFileOptions = {},
  files = NODE_FILES,
): void {
  checkOptions("writeFileAtomic", options, { replace: boolean, followLinks: boolean });
  const { replace = true, followLinks = true } = options;
  // What must not be there yet is no link, either.
  const target = targetOf(path, replace && followLinks);
  const folder = dirname(target);
  const temporary = temporaryBeside(target);
  sweepOnce(folder);
  try {
    writeAndFlush(files, temporary, bytes);
    if (replace) files.rename(temporary, target);
    else placeNew(files, temporary, target);
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

/** Gives a finished file its name, unless there is something of that name, whoever made it and however lately. */
function placeNew(files: FileSystem, temporary: string, target: string): void {
  try {
    files.link(temporary, target);
    removeIfThere(files, temporary);
  } catch (error) {
    if (systemCode(error) === "EEXIST") throw error;
    // Some file systems have no second names: the name is taken first, then.
    files.close(files.open(target, "wx"));
    try {
      files.rename(temporary, target);
    } catch (failure) {
      removeIfThere(files, target);
      throw failure;
    }
  }
}

/** Where the path leads. @throws {RuntimeError} to something that a file must not take the place of */
function targetOf(path: string, followLinks: boolean): string {
  const found = attempt(() => (followLinks ? statSync(path) : lstatSync(path)));
  if (found && specialKind(found) !== null) {
    throw new RuntimeError(
      `writeFileAtomic: ${path} cannot be replaced: it is a device, a pipe or a socket. Choose another path.`,
      { path },
    );
  }
  return (followLinks ? attempt(() => realpathSync(path)) : null) ?? path;
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
