// One work after another, and in each the contestants in turns, round after round: what slows the machine slows all.

import { medianOf, spreadOf } from "../figure.ts";
import type { Blas } from "./blas.ts";
import { type Answer, type Command, type Contestant, type Running, start } from "./contestant.ts";

export interface Work {
  /** Whose description the task's folder holds. */
  network: string;
  /** "CNN training, batch 64". */
  name: string;
  work: Command["work"];
  batch: number;
  /** Contestants with this many threads take part. */
  threads: readonly number[];
  /** What has to come out, by our own computation. */
  expected: readonly number[];
}

export interface Entry {
  name: string;
  threads: number;
  version: string | null;
  blas: Blas | null;
  /** Of the median run; null where it failed, and `problem` says why. */
  medianMs: number | null;
  /** Half the distance between the quartiles, relative to the median. */
  spread: number | null;
  imagesPerSecond: number | null;
  samples: number;
  /** Largest difference from ours, relative to the largest value; null where nothing came. */
  error: number | null;
  problem: string | null;
  isWrong: boolean;
}

/** Two computations in f32, in different orders. */
const TOLERANCE = 1e-4;
/** A sample takes about so long, */
const SAMPLE_MS = 100;
/** the warm-up before it so long, */
const WARM_UP_MS = 500;
/** and who has used so much is not asked again; where that is before the first sample, the warm-up is it. Some are 300 times slower. */
const BUDGET_MS = 12_000;
/** After two threads have run, a pool may spin for a while; the next contestant should not share the machine with it. */
const PAUSE_MS = 20;

interface Participant {
  contestant: Contestant;
  running: Running | null;
  problem: string | null;
  isWrong: boolean;
  error: number | null;
  runs: number;
  spentMs: number;
  samples: number[];
}

/** @param rounds samples of each contestant, at most */
export async function contest(
  work: Work,
  contestants: readonly Contestant[],
  rounds: number,
  folder: string,
): Promise<Entry[]> {
  const participants: Participant[] = [];
  try {
    for (const contestant of contestants.filter(({ threads }) => work.threads.includes(threads))) {
      participants.push(await admit(contestant, work, folder));
    }
    for (let round = 0; round < rounds; round++) {
      for (const participant of participants) await sample(participant, work);
    }
  } finally {
    for (const { running } of participants) running?.stop();
  }
  return participants.map((participant) => summarize(participant, work));
}

/** Starts it, holds its result against ours, and warms it up. */
async function admit(contestant: Contestant, work: Work, folder: string): Promise<Participant> {
  const participant: Participant = {
    contestant,
    running: null,
    problem: null,
    isWrong: false,
    error: null,
    runs: 1,
    spentMs: 0,
    samples: [],
  };
  try {
    participant.running = await start(contestant, folder);
  } catch (error) {
    participant.problem = `does not start: ${(error as Error).message}`;
    return participant;
  }
  const { values } = await ask(participant, work, "check");
  if (values) {
    participant.error = relativeError(values, work.expected);
    participant.isWrong = !(participant.error <= TOLERANCE);
    if (participant.isWrong) participant.problem = `WRONG: differs from ours by ${participant.error.toExponential(1)}`;
  }
  if (participant.problem === null) await warmUp(participant, work);
  return participant;
}

async function warmUp(participant: Participant, work: Work): Promise<void> {
  let runs = 1;
  for (let spent = 0; spent < WARM_UP_MS; runs *= 2) {
    const { ms } = await ask(participant, work, "time", runs);
    if (ms === undefined) return;
    spent += ms * runs;
    if (participant.spentMs > BUDGET_MS) participant.samples.push(ms);
    participant.runs = Math.max(1, Math.round(SAMPLE_MS / ms));
  }
}

async function sample(participant: Participant, work: Work): Promise<void> {
  if (participant.problem !== null || participant.spentMs > BUDGET_MS) return;
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  const { ms } = await ask(participant, work, "time", participant.runs);
  if (ms !== undefined) participant.samples.push(ms);
}

async function ask(participant: Participant, work: Work, what: Command["ask"], runs = 1): Promise<Answer> {
  const start = performance.now();
  const command: Command = { ask: what, work: work.work, batch: work.batch, runs };
  const answer = (await participant.running?.ask(command)) ?? {};
  participant.spentMs += performance.now() - start;
  if (answer.error !== undefined) participant.problem = `cannot: ${answer.error.split("\n")[0]}`;
  return answer;
}

/** Infinite where the lengths differ or a value is NaN. */
export function relativeError(actual: readonly number[], expected: readonly number[]): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  const worst = Math.max(...actual.map((value, i) => Math.abs(value - expected[i])));
  const error = worst / Math.max(...expected.map(Math.abs));
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
}

function summarize({ contestant, running, samples, ...rest }: Participant, { batch }: Work): Entry {
  const medianMs = rest.problem === null ? medianOf(samples) : null;
  return {
    name: contestant.name,
    threads: contestant.threads,
    version: running?.version ?? null,
    blas: running?.blas ?? null,
    medianMs,
    spread: medianMs && spreadOf(samples),
    imagesPerSecond: medianMs && (batch * 1000) / medianMs,
    samples: samples.length,
    error: rest.error,
    problem: rest.problem,
    isWrong: rest.isWrong,
  };
}
