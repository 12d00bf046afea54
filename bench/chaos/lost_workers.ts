// Workers that end in the middle of a kernel, in each way there is, or are late: a typed error or the right answer, and the
// right answer ever after.

import { RuntimeError, runtimeInfo, setThreads } from "../../lib/index.ts";
import { SABOTAGE, type Sabotage, sabotageWorkers } from "../../test/support/sabotaged_workers.ts";
import { type Attack, between, type Chaos, oneOf } from "./chaos.ts";
import { digestAfter, type TrainingKind } from "./training.ts";

const STEPS = 2;
/** Of those that a worker takes in so many steps. */
const MOST_PIECES = 60;
const LATE: Sabotage = "late";

export const loseWorkers: Chaos = async function* (times, random) {
  await setThreads(1);
  const kind: TrainingKind = "CNN, AdamW";
  const right = digestAfter(kind, STEPS);
  for (let i = 0; i < times; i++) {
    const threads = between(random, 2, 5);
    const deed = oneOf(random, [...(Object.keys(SABOTAGE) as Sabotage[]), "terminate" as const]);
    const piece = between(random, 1, MOST_PIECES);
    // The other workers may be in the middle of a piece of theirs, and late.
    const kinds = Array.from({ length: threads - 1 }, (_, worker) => {
      if (worker === 0) return deed === "terminate" ? null : deed;
      return random() < 0.3 ? LATE : null;
    });
    const what = `${deed} in piece ${piece} of a worker, ${threads} threads`;
    using workers = sabotageWorkers(kinds, piece);
    await setThreads(threads);
    if (deed === "terminate") {
      await new Promise((resolve) => setTimeout(resolve, 10 * random()));
      workers.started[0].terminate(); // while the steps run
    }
    yield attempt(what, right, () => digestAfter(kind, STEPS));
    // Whatever came of it, what comes next is right, however many threads are left.
    const after = attempt(`after ${what}, ${runtimeInfo().threads} threads`, right, () => digestAfter(kind, STEPS));
    if (after.verdict !== "right" && !mayFailAgain(kinds))
      yield { ...after, verdict: "fault", why: after.why ?? "an error" };
  }
  await setThreads(1);
};

/** Sabotage that was not reached yet may come later. */
function mayFailAgain(kinds: readonly (Sabotage | null)[]): boolean {
  return kinds.some((kind) => kind !== null && kind !== LATE);
}

function attempt(what: string, right: string, body: () => string): Attack {
  try {
    if (body() === right) return { what, verdict: "right" };
    return { what, verdict: "fault", why: "wrong bits" };
  } catch (error) {
    if (error instanceof RuntimeError) return { what, verdict: "typed error" };
    return { what, verdict: "fault", why: String(error) };
  }
}
