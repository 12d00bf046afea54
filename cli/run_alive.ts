// Whether the process that said "running" is still there: it wrote its number, and which machine it runs on.

import { createHash } from "node:crypto";
import { hostname } from "node:os";
import process from "node:process";
import type { Fields } from "./fields.ts";

/** What a process leaves behind so that others can ask after it. */
export interface Runner {
  pid: number;
  /** A digest of the machine's name: files are passed on, and need not tell it. */
  host: string;
}

export function thisProcess(): Runner {
  return { pid: process.pid, host: thisHost() };
}

/** @returns null where it left nothing, or runs on another machine */
export function isRunnerAlive({ runner }: Fields): boolean | null {
  const { pid, host } = (runner ?? {}) as Partial<Runner>;
  if (typeof pid !== "number" || !Number.isSafeInteger(pid) || pid < 1 || host !== thisHost()) return null;
  return isProcessAlive(pid);
}

export function thisHost(): string {
  return createHash("sha256").update(hostname()).digest("hex").slice(0, 12);
}

/** A process of this machine, anybody's. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
