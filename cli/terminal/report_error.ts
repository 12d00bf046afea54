// One clear line on stderr for whatever went wrong; never a stack trace, unless asked for.

import process from "node:process";
import { reasonOf, systemReason } from "../../lib/base/system_error.ts";
import { AlreadyReportedError, InterruptedError } from "./exit_codes.ts";
import { stderr } from "./terminal.ts";

/** What went wrong, on one line; an error of the system with its path. */
export function messageOf(error: unknown): string {
  const { path } = (error ?? {}) as { path?: unknown };
  const where = typeof path === "string" && systemReason(error) !== null ? `${path}: ` : "";
  return `${where}${problemOf(error)}`;
}

/** The same without the path, and without the library's function that found it: nobody called one. */
export function problemOf(error: unknown): string {
  const { syscall } = (error ?? {}) as { syscall?: unknown };
  if (syscall === "uv_cwd" || syscall === "cwd") return "the folder that you are in was deleted; change to another.";
  return reasonOf(error);
}

export function reportError(error: unknown): void {
  if (error instanceof AlreadyReportedError) return;
  const label = error instanceof InterruptedError ? "" : `${stderr.red("error:")} `;
  stderr.print(`${label}${messageOf(error)}`);
  if (process.env.DEBUG?.split(",").includes("simdgrad") && error instanceof Error) {
    stderr.write((error.stack ?? "").split("\n"));
  }
}
