// The disk under this process with faults: what is in a folder fails at a given operation, whoever asks for it.

import fs, { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join, resolve, sep } from "node:path";
import { thisProcess } from "../../lib/base/run_process.node.ts";
import { GONE_PID } from "./versions.ts";

export interface Faults {
  /** The operation that fails, counted from 0. Default: none. */
  failAt?: number;
  /**
   * "EIO", "ENOSPC": this operation alone fails. "broken": it and all that follow. "full": as a disk that runs full, it
   * takes half of what it is given if it is a write, and what needs space fails from then on. "short": the write takes
   * one byte, and says so.
   */
  how?: "EIO" | "ENOSPC" | "broken" | "full" | "short";
}

export const HOW = ["EIO", "ENOSPC", "broken", "full", "short"] as const;
/** Each with the argument that says which file: a path, or an open file. */
const OPERATIONS = [
  ...["openSync", "mkdirSync", "rmSync", "rmdirSync", "unlinkSync", "renameSync", "readdirSync"],
  ...["readSync", "writeSync", "fsyncSync", "ftruncateSync", "fstatSync", "closeSync"],
] as const;
const NEEDS_SPACE = ["mkdirSync", "writeSync", "openSync"];

/** @param flags as openSync takes them: "a+", or a number */
function isForWriting(flags: unknown): boolean {
  return typeof flags === "number" ? (flags & fs.constants.O_CREAT) !== 0 : /[wa]/.test(String(flags));
}

type Patchable = Record<string, (...args: unknown[]) => unknown>;

/**
 * Runs `work` on such a disk. Nothing is flushed for good: whether it was asked for is what counts here.
 *
 * @param folder elsewhere nothing fails, nor does it count
 * @returns the operations asked for, by name; the error that `work` ended with; and how many files it left open
 */
export async function onFailingDisk(
  folder: string,
  { failAt = -1, how = "EIO" }: Faults,
  work: () => void | Promise<void>,
): Promise<{ calls: string[]; error: Error | null; leftOpen: number }> {
  const calls: string[] = [];
  const opened = new Set<number>();
  const isInside = (path: string): boolean => `${resolve(path)}${sep}`.startsWith(`${resolve(folder)}${sep}`);
  const original = Object.fromEntries(OPERATIONS.map((name) => [name, (fs as unknown as Patchable)[name]]));

  /** Of the faults: whether this call fails, and how much of a write it takes. */
  const faultOf = (name: string, isNewFile: boolean): { code: string | null; part: number } => {
    const n = calls.push(name) - 1;
    if (failAt < 0 || n < failAt) return { code: null, part: 1 };
    if (how === "short") return { code: null, part: n === failAt ? 0 : 1 };
    if (how === "full") {
      if (n === failAt && name === "writeSync") return { code: null, part: 0.5 };
      const isHit = NEEDS_SPACE.includes(name) && (name !== "openSync" || isNewFile);
      return { code: isHit ? "ENOSPC" : null, part: 1 };
    }
    if (how === "broken") return { code: "EIO", part: 1 };
    return { code: n === failAt ? how : null, part: 1 };
  };

  const patched = (name: string, args: unknown[]): unknown => {
    const [target] = args;
    const counts = typeof target === "number" ? opened.has(target) : isInside(String(target));
    if (!counts) return original[name](...args);
    const isNewFile = name === "openSync" && isForWriting(args[1]) && !fs.existsSync(String(target));
    const { code, part } = faultOf(name, isNewFile);
    if (name === "closeSync") {
      // Closing gives the file back even where it reports an error.
      original[name](...args);
      opened.delete(target as number);
    }
    if (code) throw Object.assign(new Error(`${code}: made to fail, ${name.replace("Sync", "")}`), { code });
    if (name === "closeSync" || name === "fsyncSync") return undefined;
    if (name === "writeSync" && part < 1) {
      const [file, bytes, from = 0] = args as [number, Uint8Array, number?];
      return original[name](file, bytes, from, Math.max(1, Math.floor(part * (bytes.length - from))));
    }
    const result = original[name](...args);
    if (name === "openSync") opened.add(result as number);
    return result;
  };

  for (const name of OPERATIONS) (fs as unknown as Patchable)[name] = (...args) => patched(name, args);
  syncBuiltinESMExports();
  try {
    await work();
    return { calls, error: null, leftOpen: opened.size };
  } catch (error) {
    return { calls, error: error as Error, leftOpen: opened.size };
  } finally {
    Object.assign(fs, original);
    syncBuiltinESMExports();
  }
}

/**
 * Every way to fail at every operation of what `attempt` does when nothing fails, but for ways that change nothing there: only what needs
 * space can lack it, and only a write can be short. @returns how many there were
 */
export async function atEveryOperation(attempt: (faults: Required<Faults>) => Promise<string[]>): Promise<number> {
  const names = await attempt({ failAt: -1, how: "EIO" });
  let operations = 0;
  for (const how of HOW) {
    for (const [failAt, name] of names.entries()) {
      if (how === "short" && name !== "writeSync") continue;
      if ((how === "ENOSPC" || how === "full") && !NEEDS_SPACE.includes(name)) continue;
      await attempt({ failAt, how });
      operations++;
    }
  }
  return operations;
}

/** The folder in which things fail, remade from a copy. */
export function makeAfresh(place: string, from?: string): void {
  rmSync(place, { recursive: true, force: true });
  if (from) cpSync(from, place, { recursive: true });
  else mkdirSync(place);
}

/** As if the process that left it had ended. */
export function orphanLocks(parent: string): void {
  for (const name of readdirSync(parent, { recursive: true, encoding: "utf8" })) {
    if (!/\.lock(\.stale)?$/.test(name)) continue;
    writeFileSync(join(parent, name), JSON.stringify({ ...thisProcess(), pid: GONE_PID }));
  }
}
