// Whether the process that a run.json names still trains: two at once would write over each other.

import { readFileSync } from "node:fs";
import process from "node:process";

/** A process, and when it started, since its number is given again. */
export interface RunOwner {
  pid: number;
  /** In the system's clock ticks; null where the system does not tell. */
  ticks: string | null;
}

export function thisProcess(): RunOwner {
  return { pid: process.pid, ticks: startOf(process.pid) };
}

/** Whether it is another process than this one, and runs. */
export function isRunningElsewhere({ pid, ticks }: RunOwner): boolean {
  if (!Number.isInteger(pid) || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return ticks === startOf(pid);
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
