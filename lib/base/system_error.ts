// What the system's errors mean, for somebody who does not know its codes.

import { problemOf } from "./errors.ts";
import { deniedReason } from "./permission.ts";

const MEANINGS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EDQUOT: "the disk quota is used up",
  EEXIST: "it exists already",
  EFBIG: "the limit of a file's size is reached",
  EISDIR: "it is a folder",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "it is a link where none may be, or one that leads to itself",
  ENOENT: "there is no such file or folder",
  ENOSPC: "no space is left on the disk",
  ENOTDIR: "a part of the path is a file, not a folder",
  ENXIO: "it is a socket, a pipe that nobody reads, or a device that is not there",
  EPERM: "the operation is not permitted",
  EROFS: "the file system is read-only",
};

/** The code of an error that the system raised: "ENOENT"; undefined for any other. */
export function systemCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}

/** @example systemReason(error) // "no space is left on the disk (ENOSPC)"; null for an error that is not the system's */
export function systemReason(error: unknown): string | null {
  const denied = deniedReason(error);
  if (denied !== null) return denied;
  const code = systemCode(error);
  return code !== undefined && Object.hasOwn(MEANINGS, code) ? `${MEANINGS[code]} (${code})` : null;
}

/** Why something went wrong, on one line: the system's reason, the library's without its function, or the error's message. */
export function reasonOf(error: unknown): string {
  return systemReason(error) ?? problemOf(error);
}

/** @example describeSystemError("cannot write outputs", error) // "cannot write outputs: no space is left on the disk (ENOSPC)" */
export function describeSystemError(what: string, error: unknown): string {
  return `${what}: ${reasonOf(error)}`;
}
