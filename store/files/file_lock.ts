// One program at a time changes something: a lock, a file made by whoever comes first, names its process.

import { lstatSync, openSync, rmSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { RuntimeError } from "../../lib/base/errors.ts";
import { parseFields } from "../../lib/base/fields.ts";
import { closeQuietly, writeAll } from "../../lib/base/open_file.node.ts";
import { readFileBounded } from "../../lib/base/read_file.node.ts";
import { isRunnerAlive, type Runner, readRunner, thisHost, thisProcess } from "../../lib/base/run_process.node.ts";
import { describeSystemError, systemCode } from "../../lib/base/system_error.ts";
import { FILE_LIMITS } from "./file_limits.ts";

const RETRY_MS = 20;
const PATIENCE_MS = 10_000;
/** A change takes a fraction of a second. After this a lock whose process cannot be asked is a leftover. */
const FORGOTTEN_MS = 60_000;

/**
 * Runs `change` while nobody else does. A lock that a killed process left is taken away.
 *
 * @param path the lock's; its folder exists
 * @param what for messages: "The versions are being changed"
 * @throws {RuntimeError} somebody held it all the time, or it cannot be written; `details.holder` is the process that holds it
 */
export async function withLock<T>(path: string, what: string, change: () => T, patienceMs = PATIENCE_MS): Promise<T> {
  const until = Date.now() + patienceMs;
  while (!tryLock(path)) {
    if (removeStale(path)) continue;
    if (Date.now() > until) throw heldLock(path, what);
    await setTimeout(RETRY_MS);
  }
  try {
    return change();
  } finally {
    removeLock(path);
  }
}

/** A lock that stays is taken for a leftover once this process has ended: no reason to call what was done undone. */
function removeLock(path: string): boolean {
  try {
    rmSync(path, { force: true });
    return true;
  } catch {
    return false;
  }
}

function tryLock(path: string): boolean {
  let file: number;
  try {
    file = openSync(path, "wx");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw unwritable(path, error);
  }
  let isNamed = false;
  try {
    writeAll(file, Buffer.from(JSON.stringify(thisProcess())));
    isNamed = true;
  } catch (error) {
    throw unwritable(path, error);
  } finally {
    closeQuietly(file);
    // Nobody could tell whose it is, and all would wait for it.
    if (!isNamed) removeLock(path);
  }
  return true;
}

/**
 * Two programs may find the same leftover: the one must not take away the lock that the other has made in its place.
 * So it is looked at again, and removed, by the one that holds a second lock; nobody else removes what is not theirs.
 */
function removeStale(path: string): boolean {
  if (!isStale(path)) return false;
  const second = `${path}.stale`;
  if (!tryLock(second)) {
    if (isStale(second)) removeLock(second);
    return false;
  }
  try {
    return isStale(path) && removeLock(path);
  } finally {
    removeLock(second);
  }
}

function isStale(path: string): boolean {
  const isAlive = isRunnerAlive(holderOf(path));
  if (isAlive !== null) return !isAlive;
  const made = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return made !== undefined && Date.now() - made > FORGOTTEN_MS;
}

/** @returns null also for a lock whose maker has not written its name yet, or never came to */
function holderOf(path: string): Runner | null {
  try {
    return readRunner(parseFields(readFileBounded(path, FILE_LIMITS.lock).toString()));
  } catch {
    return null;
  }
}

function heldLock(path: string, what: string): RuntimeError {
  const holder = holderOf(path);
  const elsewhere = holder?.host === thisHost() ? "" : " of another machine";
  const who = holder ? `process ${holder.pid}${elsewhere}` : "another program";
  return new RuntimeError(`withLock: ${what} by ${who}; nothing was done. If it is gone, remove ${path}.`, {
    path,
    holder,
  });
}

function unwritable(path: string, error: unknown): RuntimeError {
  return new RuntimeError(`withLock: ${describeSystemError(`cannot write ${path}`, error)}.`, {
    path,
    code: systemCode(error),
  });
}
