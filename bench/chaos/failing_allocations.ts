// Memory that runs out at the n-th allocation of a training step, for every n: a typed error, nothing leaked, no weight moved,
// and the step taken again gives the bits of one that never failed.

import { Ema, RuntimeError } from "../../lib/index.ts";
import { memoryUsage } from "../../lib/runtime/memory.ts";
import { countAllocations, failAllocation } from "../../test/support/fail_allocation.ts";
import type { Attack, Chaos } from "./chaos.ts";
import { startTraining, TRAINING_KINDS, type Training, type TrainingKind } from "./training.ts";

/** At least so many times; every allocation of every kind of step, in any case. */
export const failAllocations: Chaos = async function* (times) {
  for (let count = 0; count < times; ) {
    for (const kind of TRAINING_KINDS) {
      for (const attack of failSteps(kind)) {
        count++;
        yield attack;
      }
    }
    for (const attack of failAveraging()) {
      count++;
      yield attack;
    }
  }
};

/** Every allocation of one kind of step, each in another step of a run. */
export function* failSteps(kind: TrainingKind): Generator<Attack> {
  using attacked = startTraining(kind);
  using honest = startTraining(kind);
  let k = 0;
  const both = (): void => {
    attacked.step(k);
    honest.step(k++);
  };
  for (let i = 0; i < 2; i++) both(); // what is made once and kept
  const allocations = countAllocations(() => attacked.step(k));
  honest.step(k++);
  for (let n = 1; n <= allocations; n++) {
    const what = `allocation ${n} of ${allocations}, ${kind}`;
    attacked.optimizer.zeroGrad();
    const { inUseBytes } = memoryUsage();
    const before = attacked.digestOfWeights();
    const statistics = copyOfStatistics(attacked);
    const error = failAllocation(n, () => attacked.step(k));
    const faults = [errorFault(error)];
    if (attacked.digestOfWeights() !== before) faults.push("weights or the optimizer's state moved");
    if (new Set(changedLayers(attacked, statistics).values()).has("a part"))
      faults.push("a layer's statistics moved in part");
    // Layers before the one that failed have counted the batch; a step that is to be the same takes that back.
    for (const [i, [, { data }]] of attacked.model.namedBuffers().entries()) data.set(statistics[i]);
    attacked.optimizer.zeroGrad();
    const leaked = memoryUsage().inUseBytes - inUseBytes;
    if (leaked !== 0) faults.push(`${leaked} bytes leaked`);
    both();
    if (attacked.digest() !== honest.digest()) faults.push("wrong bits when taken again");
    yield verdictOf(what, faults);
  }
}

export function* failAveraging(): Generator<Attack> {
  using training = startTraining("linear, SGD");
  const params = training.model.parameters();
  const [attacked, honest] = [new Ema(params, { decay: 0.9 }), new Ema(params, { decay: 0.9 })];
  const numbers = (ema: Ema): string =>
    Object.values(ema.state())
      .map(({ values }) => values.join())
      .join();
  const allocations = countAllocations(() => attacked.update());
  honest.update();
  for (let n = 1; n <= allocations; n++) {
    training.step(n);
    const before = numbers(attacked);
    const faults = [errorFault(failAllocation(n, () => attacked.update()))];
    if (numbers(attacked) !== before) faults.push("the average moved");
    attacked.update();
    honest.update();
    if (numbers(attacked) !== numbers(honest)) faults.push("wrong bits when taken again");
    yield verdictOf(`allocation ${n} of ${allocations}, the update of a weight average`, faults);
  }
}

function errorFault(error: unknown): string {
  return error instanceof RuntimeError && error.op === "allocate" ? "" : `not a RuntimeError of allocate: ${error}`;
}

function verdictOf(what: string, faults: readonly string[]): Attack {
  const why = faults.filter(Boolean).join("; ");
  return why === "" ? { what, verdict: "typed error" } : { what, verdict: "fault", why };
}

type Numbers = Float32Array | Int32Array | Uint8Array;

function copyOfStatistics({ model }: Training): Numbers[] {
  return model.namedBuffers().map(([, { values }]) => values.slice());
}

/** By layer, whether its statistics and its count of batches have all moved, or none, or a part. */
function changedLayers({ model }: Training, before: readonly Numbers[]): Map<string, "all" | "none" | "a part"> {
  const layers = new Map<string, "all" | "none" | "a part">();
  for (const [i, [name, { values }]] of model.namedBuffers().entries()) {
    const layer = name.slice(0, name.lastIndexOf("."));
    const moved = values.some((value, j) => value !== before[i][j]) ? "all" : "none";
    layers.set(layer, (layers.get(layer) ?? moved) === moved ? moved : "a part");
  }
  return layers;
}
