// fuzzTarget: many mutations at one target, and what came of them.

import { setImmediate } from "node:timers/promises";
import { judge, type Verdict } from "./judge.ts";
import { Random } from "./random.ts";
import type { FuzzTarget } from "./target.ts";

export interface Finding {
  readonly target: string;
  readonly seed: number;
  /** Of the first mutation that showed it: with the seed, all that is needed to make it again. */
  readonly index: number;
  readonly outcome: string;
  readonly what: string;
  readonly input: Uint8Array;
}

export interface FuzzReport {
  readonly count: number;
  readonly accepted: number;
  /** How many mutations came to each outcome. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** One for each outcome that is none of the good ones. */
  readonly findings: readonly Finding[];
}

export interface FuzzRange {
  readonly seed: number;
  /** The first mutation, and the one after the last. */
  readonly from: number;
  readonly to: number;
  /** Told before each mutation. */
  onIndex?(index: number): void;
  /** Is waited for. */
  onFinding?(finding: Finding): void | Promise<void>;
}

const TURN = 256;

/** @example mutationOf(png, 7, 123) // the 123rd input of seed 7 */
export function mutationOf(target: FuzzTarget, seed: number, index: number): Uint8Array {
  return target.mutate(new Random(seed, index));
}

export async function fuzzTarget(target: FuzzTarget, range: FuzzRange): Promise<FuzzReport> {
  const { seed, from, to, onIndex, onFinding } = range;
  const outcomes = new Map<string, number>();
  const findings: Finding[] = [];
  for (let index = from; index < to; index++) {
    onIndex?.(index);
    // What is freed outside of the heap is freed between two turns of the event loop, which promises alone never end.
    if (index % TURN === 0) await setImmediate();
    const input = mutationOf(target, seed, index);
    const { outcome, finding: what }: Verdict = await judge(target, input);
    const times = outcomes.get(outcome) ?? 0;
    outcomes.set(outcome, times + 1);
    if (what === null || times > 0) continue;
    const finding = { target: target.name, seed, index, outcome, what, input };
    findings.push(finding);
    await onFinding?.(finding);
  }
  return { count: to - from, accepted: outcomes.get("accepted") ?? 0, outcomes, findings };
}
