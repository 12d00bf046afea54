// Kills `mnist train` with SIGKILL at random moments and goes on with what it left, again and again: each time the
// state must be the old or the new one, whole, as must every other file, and every run must end as one that was never
// killed. Half of the kills are aimed: at the moment in which a file is being written.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, watch } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { decodeSafetensors, decodeTrainingState } from "../lib/index.ts";

export interface KillPlan {
  /** How often at least. */
  kills: number;
  /** What runs `mnist`: node's arguments. */
  program: readonly string[];
  /** What a run is begun with. */
  recipe: readonly string[];
  /** What it is begun with and gone on with. */
  flags: readonly string[];
  /** Where runs are kept. */
  folder: string;
  /** Kills come up to so many ms after training began. */
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
  /** Kills that left a half-written file beside the one that it was to replace, which was the old one then. */
  torn: number;
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
  const report: KillReport = { ...{ kills: 0, withoutState: 0, oldState: 0, newState: 0, afterEnd: 0, torn: 0 }, finished: 0, weights, faults: [] }; // biome-ignore format: one line
  for (let n = 1; report.kills < plan.kills && report.faults.length === 0; n++) {
    await killToTheEnd(plan, report, `run${n}`, out(`run${n}`));
  }
  return report;
}

/** One run, killed until it ends or the kills are used up, and then gone on with to its end. */
async function killToTheEnd(plan: KillPlan, report: KillReport, name: string, out: string[]): Promise<void> {
  let before = -1;
  // What a kill left behind stays there at the next, where the run is not gone on with.
  const counted = new Set<string>();
  const finish = (digest: unknown): void => {
    if (digest !== report.weights) report.faults.push(`${name} ended with ${digest}, not ${report.weights}`);
    report.finished++;
  };
  for (;;) {
    const isLast = report.kills >= plan.kills;
    const args = ["train", ...(before < 0 ? plan.recipe : ["--resume", "latest"]), ...plan.flags, ...out];
    // One in ten is killed while it starts, loads, and reads the state.
    const delay = {
      ...{ sinceStart: plan.random() < 0.1, ms: plan.random() * plan.withinMs },
      aimedAt: plan.random() < 0.5 ? join(plan.folder, name) : null,
    };
    const outcome = await run(plan, args, isLast ? null : delay);
    if (outcome.code === 0) {
      finish(digestOf(outcome));
      return;
    }
    if (!outcome.isKilled) {
      report.faults.push(`${name} ended with ${outcome.code}: ${outcome.stderr}`);
      return;
    }
    report.kills++;
    plan.onKill?.(report.kills);
    const found = look(join(plan.folder, name));
    if (found.torn.some((file) => !counted.has(file))) report.torn++;
    for (const file of found.torn) counted.add(file);
    if (found.digest !== null) {
      // The state goes once the result is written: between that and the program's end there is nothing to go on with.
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

interface Found {
  /** Where the latest run's state stands: its epochs, and its steps as a fraction; null: there is none. */
  at: number | null;
  /** Of the weights of a run that is done; null: none is. */
  digest: string | null;
  /** Half-written files. */
  torn: string[];
}

/** What a folder of runs holds, every file of it read whole. @throws one is torn */
function look(folder: string): Found {
  const runs = existsSync(folder) ? readdirSync(folder).flatMap((m) => readdirSync(join(folder, m)).map((id) => join(folder, m, id))) : []; // biome-ignore format: one line
  const torn = runs.flatMap((path) => readdirSync(path).filter((file) => file.endsWith(".tmp")));
  for (const path of runs) readWhole(path);
  const records = runs.map((path) => join(path, "run.json")).filter((path) => existsSync(path));
  const done = records.map((path) => JSON.parse(readFileSync(path, "utf8"))).find(({ status }) => status === "done");
  const latest = runs.filter((path) => existsSync(join(path, "state.safetensors"))).sort().pop(); // biome-ignore format: one line
  if (done || latest === undefined) return { at: null, digest: done?.weights_sha256 ?? null, torn };
  const { state } = decodeTrainingState(readFileSync(join(latest, "state.safetensors")), "state.safetensors");
  return { at: state.progress.epoch * 1e6 + state.progress.step, digest: null, torn };
}

/** @throws a checkpoint that was taken away now would be torn, or a line of the log that is not the last */
function readWhole(run: string): void {
  const [checkpoint, metrics] = [join(run, "model.safetensors"), join(run, "metrics.jsonl")];
  if (existsSync(checkpoint)) decodeSafetensors(readFileSync(checkpoint), checkpoint);
  const lines = existsSync(metrics) ? readFileSync(metrics, "utf8").split("\n").slice(0, -1) : [];
  for (const line of lines) JSON.parse(line);
}

interface Outcome {
  code: number | null;
  isKilled: boolean;
  stdout: string;
  stderr: string;
}

/** @param delay until SIGKILL, from the process's start or from that of training, and then perhaps until a file of that folder is being written; null: it is left alone */
function run(
  plan: KillPlan,
  args: readonly string[],
  delay: { sinceStart: boolean; ms: number; aimedAt: string | null } | null = null,
): Promise<Outcome> {
  const child: ChildProcess = spawn(process.execPath, [...plan.program, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr, isKilled] = ["", "", false];
  let timer: NodeJS.Timeout | undefined;
  const kill = (): void => {
    isKilled = child.kill("SIGKILL");
  };
  let stopWatching = (): void => {};
  const whenWriting = (folder: string, act: () => void): void => {
    mkdirSync(folder, { recursive: true });
    const watcher = watch(folder, { recursive: true }, (_, file) => {
      if (file?.endsWith(".tmp")) act();
    });
    stopWatching = () => watcher.close();
  };
  const arm = (): void => {
    if (timer || !delay) return;
    timer = setTimeout(() => (delay.aimedAt === null ? kill() : whenWriting(delay.aimedAt, kill)), delay.ms);
  };
  if (delay?.sinceStart) arm();
  child.stdout?.on("data", (data) => {
    stdout += data;
    arm();
  });
  child.stderr?.on("data", (data) => {
    stderr += data;
  });
  return new Promise((resolve) => {
    child.on("close", (code) => {
      clearTimeout(timer);
      stopWatching();
      resolve({ code, isKilled, stdout, stderr });
    });
  });
}

function digestOf({ code, stdout, stderr }: Outcome): string {
  if (code !== 0) throw new Error(`mnist train ended with ${code}: ${stderr}`);
  return JSON.parse(stdout.trim().split("\n").pop() ?? "").weights_sha256;
}
