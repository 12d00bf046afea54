// One clear line on stderr for whatever went wrong; never a stack trace, unless asked for.

import process from "node:process";
import { SimdgradError } from "../../lib/base/errors.ts";
import { AlreadyReportedError, InterruptedError } from "./exit_codes.ts";
import { printable } from "./format.ts";
import { stderr } from "./terminal.ts";

/** What the system's error codes mean to somebody who does not know them. */
const SYSTEM_ERRORS: Record<string, string> = {
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

/** @example "cannot write outputs: no space is left on the disk (ENOSPC)" from "cannot write outputs" and the error */
export function describeSystemError(what: string, error: unknown): string {
  const code = (error as NodeJS.ErrnoException)?.code;
  return `${what}: ${code && SYSTEM_ERRORS[code] ? `${SYSTEM_ERRORS[code]} (${code})` : messageOf(error)}`;
}

/** One line, without the library's function that found it: nobody called one. */
export function messageOf(error: unknown): string {
  const { code, path, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  if (syscall === "uv_cwd" || syscall === "cwd") return "the folder that you are in was deleted; change to another.";
  if (code && SYSTEM_ERRORS[code]) return `${path ? `${path}: ` : ""}${SYSTEM_ERRORS[code]} (${code})`;
  const message =
    error instanceof SimdgradError ? error.problem : error instanceof Error ? error.message : String(error);
  return message.replace(/\s*\n\s*/g, " ").trim() || "unknown error";
}

export function reportError(error: unknown): void {
  if (error instanceof AlreadyReportedError) return;
  const label = error instanceof InterruptedError ? "" : `${stderr.red("error:")} `;
  process.stderr.write(`${label}${printable(messageOf(error))}\n`);
  if (process.env.DEBUG?.split(",").includes("simdgrad") && error instanceof Error) {
    process.stderr.write(`${error.stack}\n`);
  }
}
