// judge: what came of one input. Either it is in order, accepted or refused, or it is a finding.

import process from "node:process";
import { escapeControls } from "../../lib/base/printable.ts";
import { type FuzzTarget, LIMIT_BYTES, LIMIT_MS } from "./target.ts";

export interface Verdict {
  /** "accepted", or the error's name and what it says, without numbers and names: inputs of one kind have one label. */
  readonly outcome: string;
  /** What is wrong; null where nothing is. */
  readonly finding: string | null;
  /** As the corpus records it: "accepted: 3 × 2 pixels", "DataError". */
  readonly record: string;
}

/** Messages are for a terminal: more than this is a file quoted in it. */
const LONGEST_MESSAGE = 1000;
/** Slow calls are made again: the machine may have been busy. */
const TRIES = 3;
/** Taking 256 MiB takes longer than this, so that only such calls are asked for what they took. */
const SUSPICIOUS_MS = 5;

export async function judge(target: FuzzTarget, input: Uint8Array): Promise<Verdict> {
  const limitMs = target.limitMs?.(input) ?? LIMIT_MS;
  const peakBefore = knownPeak();
  const first = await attempt(target, input);
  const { result } = first;
  let { timeMs } = first;
  if (timeMs > SUSPICIOUS_MS) {
    peak = peakBytes();
    if (peak - peakBefore > LIMIT_BYTES)
      return found(`takes ${Math.round((peak - peakBefore) / 2 ** 20)} MiB`, "memory");
  }
  for (let tries = 0; tries < TRIES && timeMs > limitMs; tries++) {
    timeMs = Math.min(timeMs, await leastTimeMs(target, input));
  }
  if (timeMs > limitMs) return found(`takes ${timeMs.toFixed(0)} ms of ${limitMs}`, "slow");
  const polluted = pollution();
  if (polluted !== null) return found(`Object.prototype got ${polluted}`, "pollution");
  if ("error" in result) {
    const wrongly = target.wronglyRefused?.(input, result.error) ?? null;
    if (wrongly !== null) return found(`refuses ${wrongly}: ${result.error}`, `refuses ${kindOf(wrongly)}`);
    return refusal(target, result.error);
  }
  const garbage = target.garbage(result.value, input);
  if (garbage !== null) return found(`accepts garbage: ${garbage}`, `garbage: ${kindOf(garbage)}`);
  return { outcome: "accepted", finding: null, record: `accepted: ${target.describe(result.value)}` };
}

type Result = { value: unknown } | { error: unknown };

async function attempt(target: FuzzTarget, input: Uint8Array): Promise<{ result: Result; timeMs: number }> {
  const begun = performance.now();
  try {
    const answer = target.read(input);
    const value = answer instanceof Promise ? await answer : answer;
    return { timeMs: performance.now() - begun, result: { value } };
  } catch (error) {
    return { timeMs: performance.now() - begun, result: { error } };
  }
}

/** What it takes of a processor, which others may keep busy meanwhile; or of the clock, where that is less. */
async function leastTimeMs(target: FuzzTarget, input: Uint8Array): Promise<number> {
  const before = process.cpuUsage();
  const { timeMs } = await attempt(target, input);
  const { user, system } = process.cpuUsage(before);
  return Math.min(timeMs, (user + system) / 1000);
}

function refusal({ errors, said }: FuzzTarget, error: unknown): Verdict {
  const { name = "" } = (error ?? {}) as Partial<Error>;
  const message = said?.(error) ?? String((error as Partial<Error> | null)?.message ?? error);
  const outcome = `${name}: ${kindOf(message)}`;
  if (!errors.some((type) => error instanceof type)) {
    const place = (error as Error | undefined)?.stack?.split("\n").find((line) => line.includes(" at ")) ?? "";
    return found(`throws ${name}: ${message} ${place.trim()}`, `untyped ${outcome}`);
  }
  if (escapeControls(message) !== message) return found(`prints control characters: ${message}`, `raw ${outcome}`);
  if (message.length > LONGEST_MESSAGE)
    return found(`says ${message.length} characters: ${message}`, `long ${outcome}`);
  if (message.trim() === "") return found(`throws ${name} and says nothing`, `silent ${name}`);
  return { outcome, finding: null, record: name };
}

function found(what: string, outcome: string): Verdict {
  return { outcome: `FINDING ${outcome}`, finding: escapeControls(what), record: outcome };
}

/** A message without what differs between inputs of a kind. */
function kindOf(message: string): string {
  return message
    .replace(/\S*simdgrad-fuzz-\w+/g, "FOLDER")
    .replace(/"(?:[^"\\]|\\.)*"…?/g, '"…"')
    .replace(/0x[\da-f]+/g, "N")
    .replace(/-?\d[\d.e+-]*/g, "N")
    .replace(/N(, N)+/g, "N…")
    .slice(0, 120);
}

/** The most that the process ever had in memory. */
function peakBytes(): number {
  return 1024 * process.resourceUsage().maxRSS;
}

let peak = 0;
let askedAt = Number.NEGATIVE_INFINITY;
const FRESH_MS = 20;

/** The same, as it was a moment ago: asking takes as long as reading a small file. */
function knownPeak(): number {
  const now = performance.now();
  if (now - askedAt > FRESH_MS) {
    askedAt = now;
    peak = peakBytes();
  }
  return peak;
}

const PRISTINE = Reflect.ownKeys(Object.prototype).length;

/** What was added to the prototype of all objects; taken off again, so that it is reported once. */
function pollution(): string | null {
  const keys = Reflect.ownKeys(Object.prototype);
  if (keys.length === PRISTINE) return null;
  const added = keys.slice(PRISTINE);
  for (const key of added) Reflect.deleteProperty(Object.prototype, key);
  return added.map(String).join(", ");
}
