// Kills `mnist train` with SIGKILL and resumes what it left, again and again: each time every file must be the old or
// the new one, whole, and every run must end as one that was never killed. Half of the kills come at random moments, half
// when a file begins to be written.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, type FSWatcher, watch } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { type Found, type Half, lookAt } from "./killed_files.ts";

export interface KillPlan {
  /** How often at least. */
  kills: number;
  /** What runs `mnist`: node's arguments. */
  program: readonly string[];
  /** What a run is begun with. */
  recipe: readonly string[];
  /** The flags it is started and resumed with. */
  flags: readonly string[];
  /** Where runs are kept. */
  folder: string;
  /** Kills come up to this many ms after training began. */
  withinMs: number;
  /** In [0, 1): when. */
  random: () => number;
  onKill?: (kills: number) => void;
}

export interface KillReport {
  kills: number;
  /** Of these: before a first state was there, with the same state as the kill before, with a newer one, when done. */
  withoutState: number;
  oldState: number;
  newState: number;
  afterEnd: number;
  /** Kills that were to come while a file is being written. */
  aimed: number;
  /** Kills, of both kinds, that did come then: which file each left half-written, and whether a part of it was missing. */
  halves: Pick<Half, "of" | "isCut">[];
  /** Runs that came to their end, each with this digest. */
  finished: number;
  weights: string;
  /** What was wrong; empty where nothing was. */
  faults: string[];
}

export async function killRuns(plan: KillPlan): Promise<KillReport> {
  const out = (name: string): string[] => ["--out", join(plan.folder, name), "--json", "--quiet"];
  const whole = await run(plan, ["train", ...plan.recipe, ...plan.flags, ...out("whole")]);
  const weights = digestOf(whole);
  const seen = new Map<string, string>();
  lookAt(join(plan.folder, "whole"), seen);
  const report: KillReport = {
    ...{ kills: 0, withoutState: 0, oldState: 0, newState: 0, afterEnd: 0, aimed: 0 },
    ...{ halves: [], finished: 0, weights, faults: [] },
  };
  for (let n = 1; report.kills < plan.kills && report.faults.length === 0; n++) {
    await killToTheEnd(plan, report, `run${n}`, out(`run${n}`), seen);
  }
  return report;
}

/** One run, killed until it ends or the kills are used up, and then resumed to its end. */
async function killToTheEnd(
  plan: KillPlan,
  report: KillReport,
  name: string,
  out: string[],
  seen: Map<string, string>,
): Promise<void> {
  let before = -1;
  // What a kill left behind stays there at the next, where the run is not resumed.
  const counted = new Set<string>();
  const finish = (digest: unknown): void => {
    if (digest !== report.weights) report.faults.push(`${name} ended with ${digest}, not ${report.weights}`);
    report.finished++;
  };
  for (;;) {
    const isLast = report.kills >= plan.kills;
    const args = ["train", ...(before < 0 ? plan.recipe : ["--resume", "latest"]), ...plan.flags, ...out];
    const outcome = await run(plan, args, isLast ? null : nextKill(plan, report.kills));
    if (outcome.code === 0) {
      finish(digestOf(outcome));
      return;
    }
    if (!outcome.isKilled) {
      report.faults.push(`${name} ended with ${outcome.code}: ${outcome.stderr}`);
      return;
    }
    report.kills++;
    if (outcome.isAimed) report.aimed++;
    plan.onKill?.(report.kills);
    let found: Found;
    try {
      found = lookAt(join(plan.folder, name), seen);
    } catch (error) {
      report.faults.push(`${name}, kill ${report.kills}: ${(error as Error).message}`);
      return;
    }
    for (const { path, of, isCut } of found.halves) {
      if (!counted.has(path)) report.halves.push({ of, isCut });
      counted.add(path);
    }
    if (found.digest !== null) {
      // The state goes once the result is written: between that and the program's end there is nothing to resume.
      report.afterEnd++;
      finish(found.digest);
      return;
    }
    if (found.at === null) {
      report.withoutState++;
      if (before >= 0) report.faults.push(`${name}: the state is gone that was there at the kill before`);
    } else if (found.at < before) report.faults.push(`${name}: the state went back from ${before} to ${found.at}`);
    else if (found.at === before) report.oldState++;
    else report.newState++;
    before = found.at ?? -1;
    if (report.faults.length > 0) return;
  }
}

interface Kill {
  /** Counted from the process's start, not from that of training. */
  sinceStart: boolean;
  /** Until it comes, or until it waits for a file. */
  ms: number;
  /** The file that must have begun to be written; null: none. */
  file: RegExp | null;
}

/** Every other one waits for a file: the state, the weights, or any. */
function nextKill({ random, withinMs }: KillPlan, kills: number): Kill {
  // One in ten of the others comes while the program starts, loads, and reads the state.
  const [sinceStart, ms] = [random() < 0.1, random() * withinMs];
  if (kills % 2 === 0) return { sinceStart, ms, file: null };
  return { sinceStart: false, ms, file: [/^\.state\..*\.tmp$/, /^\.model\..*\.tmp$/, /\.tmp$/][((kills - 1) / 2) % 3] };
}

interface Outcome {
  code: number | null;
  isKilled: boolean;
  /** Whether the kill waited for a file. */
  isAimed: boolean;
  stdout: string;
  stderr: string;
}

/** @param how it is killed; null: it is left alone */
function run(plan: KillPlan, args: readonly string[], how: Kill | null = null): Promise<Outcome> {
  const child: ChildProcess = spawn(process.execPath, [...plan.program, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr, isKilled] = ["", "", false];
  let timer: NodeJS.Timeout | undefined;
  let watcher: FSWatcher | undefined;
  const kill = (): void => {
    watcher?.close();
    isKilled ||= child.kill("SIGKILL");
  };
  /** @param folder the run's; undefined while it is not known */
  const arm = (folder?: string): void => {
    if (timer || !how) return;
    const { file, ms } = how;
    timer = setTimeout(() => {
      if (!file || folder === undefined) return kill();
      watcher = watch(folder, (_, name) => {
        // The name is told of again when it is gone, renamed.
        if (name && file.test(name) && existsSync(join(folder, name))) kill();
      });
    }, ms);
  };
  if (how?.sinceStart) arm();
  child.stdout?.on("data", (data) => {
    stdout += data;
    const end = stdout.indexOf("\n");
    if (end >= 0) arm(JSON.parse(stdout.slice(0, end)).run);
  });
  child.stderr?.on("data", (data) => {
    stderr += data;
  });
  return new Promise((resolve) => {
    child.on("close", (code) => {
      clearTimeout(timer);
      watcher?.close();
      resolve({ code, isKilled, isAimed: isKilled && how?.file != null, stdout, stderr });
    });
  });
}

function digestOf({ code, stdout, stderr }: Outcome): string {
  if (code !== 0) throw new Error(`mnist train ended with ${code}: ${stderr}`);
  return JSON.parse(stdout.trim().split("\n").pop() ?? "").weights_sha256;
}
