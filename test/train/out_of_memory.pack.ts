// Memory that runs out at any allocation of a training step, or of a whole run.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { failAveraging, failSteps } from "../../bench/chaos/failing_allocations.ts";
import {
  AdamW,
  Dataset,
  Dropout,
  Flatten,
  Linear,
  ReLU,
  RuntimeError,
  Sequential,
  Trainer,
  type TrainingState,
  tensor,
} from "../../lib/index.ts";
import { memoryUsage } from "../../lib/runtime/memory.ts";
import { uniform64 } from "../../lib/selftest/array64.ts";
import { failAllocationOf } from "../support/fail_allocation.ts";

const test = suite("out of memory");

for (const kind of ["linear, SGD", "CNN, AdamW", "MLP, Muon"] as const) {
  test(`at every allocation of a step (${kind}): a typed error, nothing leaked or moved, and the same bits when taken again`, () => {
    const attacks = [...failSteps(kind)];
    assert.ok(attacks.length > 10, `${attacks.length} allocations`);
    assert.equal(
      attacks.filter(({ verdict }) => verdict !== "typed error"),
      [],
    );
  });
}

test("an average is updated as a whole, or not at all", () => {
  const attacks = [...failAveraging()];
  assert.ok(attacks.length > 0);
  assert.equal(
    attacks.filter(({ verdict }) => verdict !== "typed error"),
    [],
  );
});

const [IMAGES, SIDE] = [12, 6];

function noise(seed: number): Dataset {
  return new Dataset({
    name: "noise",
    images: tensor(Uint8Array.from(uniform64([IMAGES, SIDE, SIDE], seed, 0, 256).data), [IMAGES, SIDE, SIDE], "u8"),
    labels: tensor(
      Uint8Array.from({ length: IMAGES }, (_, i) => i % 3),
      [IMAGES],
      "u8",
    ),
    normalization: { mean: 0.5, std: 0.25 },
  });
}

test("at every allocation of a run of Trainer's: a typed error, nothing leaked, and the same bits when resumed", async () => {
  const layers = [new Flatten(), new Linear(SIDE * SIDE, 8), new ReLU(), new Dropout(0.2), new Linear(8, 3)];
  const model = new Sequential(layers, { seed: 1 });
  const optimizer = new AdamW(model.parameters(), { lr: 1e-2 });
  const [train, validation] = [noise(1), noise(2)];
  const states: TrainingState[] = [];
  const trainer = new Trainer(model, {
    ...{ optimizer, epochs: 2, batchSize: 5, seed: 3, clipNorm: 1, augment: { shift: 1 } },
    onCheckpoint: (state) => void states.push(state),
  });
  await trainer.fit(train, validation);
  const [resume] = states;
  const fit = () => trainer.fit(train, validation, { resume });
  const weights = () =>
    model
      .parameters()
      .map(({ values }) => values.join())
      .join();
  await fit();
  const right = weights();
  optimizer.zeroGrad();
  const { inUseBytes } = memoryUsage();
  let failures = 0;
  for (let n = 1; ; n++, failures++) {
    const error = await failAllocationOf(n, fit);
    if (error === null) break;
    assert.instance(error, RuntimeError, `allocation ${n}: ${error}`);
    assert.is((error as RuntimeError).op, "allocate");
    optimizer.zeroGrad();
    if (n % 5 > 0) continue;
    await fit();
    assert.is(weights(), right, `allocation ${n}`);
    optimizer.zeroGrad();
    assert.is(memoryUsage().inUseBytes, inUseBytes, `allocation ${n}`);
  }
  assert.ok(failures > 50, `${failures} allocations`);
});

test.run();
