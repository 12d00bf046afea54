// What Linux says of a process and of those that it started: processor time and memory.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import process from "node:process";

/** Of /proc/PID/stat; Linux says 100 on every system of today. */
const TICKS_PER_SECOND = 100;

/** The process and all below it; empty once it has ended. */
export function processTree(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const parent = statOf(Number(name))?.parent;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const below = (id: number): number[] => [id, ...(children.get(id) ?? []).flatMap(below)];
  return statOf(pid) === null ? [] : below(pid);
}

/** User and system, of all threads of all of them. */
export function cpuSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + (statOf(pid)?.cpuSeconds ?? 0), 0);
}

/** Resident memory, in MB of 10⁶ bytes. What processes share counts for each of them. */
export function residentMb(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readProc(`/proc/${pid}/status`))?.[1];
    return sum + (Number(kib ?? 0) * 1024) / 1e6;
  }, 0);
}

/** Of the machine: processor time that others took, in seconds since it started. */
export function machineBusySeconds(): number {
  const [user, nice, system, , , irq, softirq, steal] = readProc("/proc/stat")
    .split("\n")[0]
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND;
}

/** Our ports of the connections on the server's `port`, by the process that has the server's end. */
export function connectionOwners(pids: readonly number[], port: number): Map<number, number> {
  const clientPorts = new Map<string, number>();
  for (const line of readProc(`/proc/${process.pid}/net/tcp`).split("\n").slice(1)) {
    const [, local, remote, , , , , , , inode] = line.trim().split(/\s+/);
    if (local?.endsWith(`:${hex(port)}`)) clientPorts.set(inode, Number.parseInt(remote.split(":")[1], 16));
  }
  const owners = new Map<number, number>();
  for (const pid of pids) {
    for (const socket of socketsOf(pid)) {
      const client = clientPorts.get(socket);
      if (client !== undefined) owners.set(client, pid);
    }
  }
  return owners;
}

function hex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, "0");
}

/** Inodes. */
function socketsOf(pid: number): string[] {
  return descriptors(pid).flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
}

function descriptors(pid: number): string[] {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).map((name) => readLink(`${folder}/${name}`));
  } catch {
    return [];
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

function statOf(pid: number): { parent: number; cpuSeconds: number } | null {
  const text = readProc(`/proc/${pid}/stat`);
  if (text === "") return null;
  // The name, in parentheses, may hold anything.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { parent: Number(fields[1]), cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND };
}

/** "" where there is none: it has ended meanwhile. */
function readProc(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
