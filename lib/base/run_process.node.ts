// Whether the process that said "running" is still there: it wrote its number, and which machine it runs on.

import { createHash } from "node:crypto";
import { hostname } from "node:os";
import process from "node:process";
import { fieldsOf, numberOf, textOf } from "./fields.ts";
import { readFileBounded } from "./read_file.node.ts";

/** What a process leaves behind so that others can ask after it. */
export interface Runner {
  pid: number;
  /** A digest of the machine's name: files are passed on, and need not tell it. */
  host: string;
  /** When it started, in the system's clock ticks, since numbers are given again; null where the system does not tell. */
  ticks: string | null;
}

export function thisProcess(): Runner {
  return { pid: process.pid, host: thisHost(), ticks: startOf(process.pid) };
}

/** @param value out of JSON @returns null where it names no process */
export function readRunner(value: unknown): Runner | null {
  const { pid, host, ticks } = fieldsOf(value);
  const number = numberOf(pid);
  if (number === null || !Number.isSafeInteger(number) || number < 1) return null;
  return { pid: number, host: textOf(host) ?? "", ticks: textOf(ticks) };
}

/** @returns null where none is named, or it runs on another machine */
export function isRunnerAlive(runner: Runner | null): boolean | null {
  if (runner?.host !== thisHost()) return null;
  return isProcessAlive(runner.pid) && (runner.ticks === null || runner.ticks === startOf(runner.pid));
}

/** Whether it is another process than this one, and known to be there. */
export function isElsewhere(runner: Runner | null): boolean {
  return runner?.pid !== process.pid && isRunnerAlive(runner) === true;
}

export function thisHost(): string {
  return createHash("sha256").update(hostname()).digest("hex").slice(0, 12);
}

/** A process of this machine, anybody's. */
function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The 22nd field of Linux's /proc/PID/stat; the second, in parentheses, may hold spaces. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileBounded(`/proc/${pid}/stat`, 4096).toString();
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A zombie has ended; only its parent has not noticed.
    return fields[0] === "Z" ? "ended" : fields[19];
  } catch {
    return null;
  }
}
