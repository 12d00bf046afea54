// Whether the process that said "running" is still there: it wrote its number, and which machine it runs on.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import process from "node:process";
import type { Fields } from "./fields.ts";

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

/** @returns null where it left nothing, or runs on another machine */
export function isRunnerAlive({ runner }: Fields): boolean | null {
  const { pid, host, ticks } = (runner ?? {}) as Partial<Runner>;
  if (typeof pid !== "number" || !Number.isSafeInteger(pid) || pid < 1 || host !== thisHost()) return null;
  return isProcessAlive(pid) && (ticks == null || ticks === startOf(pid));
}

/** Whether another process than this one is known to be at it. */
export function isRunElsewhere(run: Fields): boolean {
  return (run.runner as Partial<Runner> | undefined)?.pid !== process.pid && isRunnerAlive(run) === true;
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
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A zombie has ended; only its parent has not noticed.
    return fields[0] === "Z" ? "ended" : fields[19];
  } catch {
    return null;
  }
}
