// What the system's errors mean, for somebody who does not know its codes.

import { SimdgradError } from "./errors.ts";

const MEANINGS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EDQUOT: "the disk quota is used up",
  EEXIST: "it exists already",
  EFBIG: "the limit of a file's size is reached",
  EISDIR: "it is a folder",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "the name is too long",
  ENOENT: "there is no such file or folder",
  ENOSPC: "no space is left on the disk",
  ENOTDIR: "a part of the path is a file, not a folder",
  EPERM: "the operation is not permitted",
  EROFS: "the file system is read-only",
};

/** The code of what Node's permission model (`node --permission`) denies. */
export const ACCESS_DENIED = "ERR_ACCESS_DENIED";

/** By the permission that such an error names: what grants it. Some functions, like fsync, nothing grants. */
const GRANTS: Readonly<Record<string, string>> = {
  ChildProcess: "--allow-child-process",
  FileSystemRead: "--allow-fs-read=FOLDER",
  FileSystemWrite: "--allow-fs-write=FOLDER",
  Net: "--allow-net",
  WorkerThreads: "--allow-worker",
};

/** The code of an error that the system raised: "ENOENT"; undefined for any other. */
export function systemCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}

/** @example systemReason(error) // "no space is left on the disk (ENOSPC)"; null for an error that is not the system's */
export function systemReason(error: unknown): string | null {
  const code = systemCode(error);
  if (code === ACCESS_DENIED) return deniedReason((error as { permission?: unknown }).permission);
  return code !== undefined && Object.hasOwn(MEANINGS, code) ? `${MEANINGS[code]} (${code})` : null;
}

/** Why something went wrong, on one line: the system's reason, the library's without its function, or the error's message. */
export function reasonOf(error: unknown): string {
  const message =
    error instanceof SimdgradError ? error.problem : ((error as Error | undefined)?.message ?? String(error));
  return systemReason(error) ?? (message.replace(/\s*\n\s*/g, " ").trim() || "unknown error");
}

/** @example describeSystemError("cannot write outputs", error) // "cannot write outputs: no space is left on the disk (ENOSPC)" */
export function describeSystemError(what: string, error: unknown): string {
  return `${what}: ${reasonOf(error)}`;
}

function deniedReason(permission: unknown): string {
  const grant = Object.hasOwn(GRANTS, String(permission)) ? `; start Node with ${GRANTS[String(permission)]}` : "";
  return `Node's permission model denies it${grant}`;
}
