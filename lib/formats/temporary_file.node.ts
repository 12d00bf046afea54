// Temporary files: what is written beside its place before it is renamed. A process that is killed leaves one behind; the
// name says whose it is, so that the next to write in that folder takes it away.

import { randomBytes } from "node:crypto";
import { readdirSync, unlinkSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { isRunnerAlive, thisProcess } from "../base/run_process.node.ts";

/** .NAME.HOST-PID-TICKS.RANDOM.tmp */
const LEFTOVER = /^\..*\.([0-9a-f]{12})-([1-9]\d*)-(\d*)\.[0-9a-f]{12}\.tmp$/s;
/** Of the name, since systems take no more than 255 bytes. */
const MOST_CHARACTERS = 40;

/** A path beside `target` that nobody can foresee. */
export function temporaryBeside(target: string): string {
  const { host, pid, ticks } = thisProcess();
  const name = basename(target).slice(0, MOST_CHARACTERS);
  return join(dirname(target), `.${name}.${host}-${pid}-${ticks ?? ""}.${randomBytes(6).toString("hex")}.tmp`);
}

const swept = new Set<string>();

/** Takes away what processes of this machine left in a folder that have ended: once in this one's life. */
export function sweepOnce(folder: string): void {
  const path = resolve(folder);
  if (swept.has(path)) return;
  swept.add(path);
  sweep(path);
}

/** The same at once. */
export function sweep(folder: string): void {
  for (const name of namesIn(folder)) {
    if (!isLeftover(name)) continue;
    try {
      unlinkSync(join(folder, name));
    } catch {
      // It stays, in nobody's way.
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // What is wrong with the folder, writing to it says.
  }
}

function isLeftover(name: string): boolean {
  const [, host, pid, ticks] = LEFTOVER.exec(name) ?? [];
  return host !== undefined && isRunnerAlive({ host, pid: Number(pid), ticks: ticks || null }) === false;
}
