// fuzzInProcess: mutations in a process that may die of one: that is a finding too, and those behind it go on in another.

import { fork } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Finding, type FuzzReport, mutationOf } from "./fuzz_target.ts";
import type { FuzzTarget } from "./target.ts";

export interface ProcessOptions {
  /** The file that exports `target`. */
  readonly file: string;
  readonly seed: number;
  readonly count: number;
  /** A mutation that takes longer than this has hung. */
  readonly hangMs?: number;
  /** More memory than this, and the process is ended. */
  readonly maxBytes?: number;
  /** What V8 may take of it. */
  readonly maxHeapMib?: number;
  onFinding(finding: Finding): void;
  /** Told now and then how many mutations are done. */
  onProgress?(done: number): void;
}

/** What the child says. */
export type ChildMessage = { kind: "finding"; finding: Finding } | { kind: "report"; report: FuzzReport };

const POLL_MS = 200;
const CHILD = fileURLToPath(new URL("./fuzz_child.ts", import.meta.url));

export async function fuzzInProcess(target: FuzzTarget, options: ProcessOptions): Promise<FuzzReport> {
  const folder = mkdtempSync(join(tmpdir(), "simdgrad-fuzz-"));
  const outcomes = new Map<string, number>();
  const findings = new Map<string, Finding>();
  let accepted = 0;
  const add = (finding: Finding): void => {
    if (findings.has(finding.outcome)) return;
    findings.set(finding.outcome, finding);
    options.onFinding(finding);
  };
  try {
    for (let from = 0; from < options.count; ) {
      const { report, index, death } = await runChild(options, join(folder, "progress"), from, add);
      for (const [outcome, times] of report?.outcomes ?? [])
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + times);
      accepted += report?.accepted ?? 0;
      if (death === null) break;
      const { name } = target;
      const { seed } = options;
      const outcome = `FINDING ${death}`;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      add({ target: name, seed, index, outcome, what: death, input: mutationOf(target, seed, index) });
      from = index + 1;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { count: options.count, accepted, outcomes, findings: [...findings.values()] };
}

interface ChildEnd {
  report: FuzzReport | null;
  /** Of the mutation it was at. */
  index: number;
  /** What it died of; null where it came to its end. */
  death: string | null;
}

function runChild(
  { file, seed, count, hangMs = 10_000, maxBytes = 2 ** 31, maxHeapMib = 512, onProgress }: ProcessOptions,
  progress: string,
  from: number,
  onFinding: (finding: Finding) => void,
): Promise<ChildEnd> {
  // Where the one before it stood is no sign of this one's.
  rmSync(progress, { force: true });
  return new Promise((resolve) => {
    const child = fork(CHILD, [file, String(seed), String(from), String(count), progress], {
      execArgv: ["--import", "tsx", `--max-old-space-size=${maxHeapMib}`],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    let report: FuzzReport | null = null;
    let ended: string | null = null;
    let words = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      words = `${words}${text}`.slice(-4000);
    });
    child.on("message", (message: ChildMessage) => {
      if (message.kind === "finding") onFinding(message.finding);
      else report = message.report;
    });
    let last = { index: -1, at: performance.now() };
    const poll = setInterval(() => {
      const index = indexIn(progress);
      if (index !== last.index) last = { index, at: performance.now() };
      else if (index >= 0 && performance.now() - last.at > hangMs) ended = `hangs for ${hangMs / 1000} s`;
      if (index >= 0) onProgress?.(index);
      if (residentBytes(child.pid) > maxBytes) ended = `takes more than ${maxBytes / 2 ** 20} MiB`;
      if (ended !== null) child.kill("SIGKILL");
    }, POLL_MS);
    child.on("close", (code, signal) => {
      clearInterval(poll);
      const why = words.match(/FATAL ERROR: .*|\w*Error: .*/)?.[0] ?? "";
      const death = report ? null : (ended ?? `the process dies: ${signal ?? `exit code ${code}`} ${why}`.trim());
      resolve({ report, index: Math.max(from, indexIn(progress)), death });
    });
  });
}

/** −1 before the first. */
function indexIn(progress: string): number {
  let file: number | undefined;
  try {
    file = openSync(progress, "r");
    const index = new Float64Array(1);
    return readSync(file, new Uint8Array(index.buffer), 0, 8, 0) === 8 ? index[0] : -1;
  } catch {
    return -1;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** What a process has in memory, where the system tells; else 0. */
function residentBytes(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return 1024 * Number(status.match(/^VmRSS:\s+(\d+) kB/m)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
