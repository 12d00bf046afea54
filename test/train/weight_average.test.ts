import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OptionError } from "../../lib/base/errors.ts";
import { BatchNorm2d } from "../../lib/nn/batch_norm2d.ts";
import { Conv2d } from "../../lib/nn/conv2d.ts";
import { Flatten } from "../../lib/nn/flatten.ts";
import { Linear } from "../../lib/nn/linear.ts";
import type { Module } from "../../lib/nn/module.ts";
import { Sequential } from "../../lib/nn/sequential.ts";
import { Ema } from "../../lib/optim/ema.ts";
import { SGD } from "../../lib/optim/sgd.ts";
import { evaluate } from "../../lib/train/evaluate.ts";
import type { History } from "../../lib/train/history.ts";
import { Trainer } from "../../lib/train/trainer.ts";
import type { TrainerOptions } from "../../lib/train/trainer_options.ts";
import { stripes, stripesModel } from "../support/stripes.ts";

const test = suite("Trainer: averaging and augmentation");

const [TRAIN, VALIDATION] = [stripes(400), stripes(100, 2)];

type Options = Partial<TrainerOptions> & { lr?: number };

function fit(model: Module, { lr = 0.1, ...options }: Options = {}): Promise<History> {
  const optimizer = new SGD(model.parameters(), { lr, momentum: 0.9 });
  return new Trainer(model, { optimizer, epochs: 3, batchSize: 16, ...options }).fit(TRAIN, VALIDATION);
}

function withBatchNorm(): Sequential {
  const conv = new Conv2d(1, 4, 3, { padding: 1 });
  return new Sequential({ conv, bn: new BatchNorm2d(4), flatten: new Flatten(), fc: new Linear(64, 4) }, { seed: 1 });
}

const isRejected = (promise: Promise<unknown>): Promise<boolean> =>
  promise.then(
    () => false,
    () => true,
  );

const weights = (model: Module): string => model.parameters().map((p) => p.data.join()).join(); // biome-ignore format: one line

test("with an average, what is validated, kept and handed out is the moving average", async () => {
  const plain = stripesModel();
  const epochs = 2;
  // The weights after every step, which the average is made of.
  const means = new Ema(plain.parameters(), { decay: 0.9 });
  await fit(plain, { epochs, restoreBest: false, onStep: () => means.update() });
  means.swap();

  const model = stripesModel();
  const validated: number[] = [];
  const history = await fit(model, {
    epochs,
    restoreBest: false,
    average: { decay: 0.9 },
    onEpoch: () => void validated.push(evaluate(model, VALIDATION, { batchSize: 16 }).loss),
  });
  assert.is(weights(model), weights(plain));
  assert.equal(
    history.epochs.map(({ validationLoss }) => validationLoss),
    validated,
  );
});

test("averaging changes no step: the weights behind the average are those of a run without", async () => {
  const losses = async (options: Options): Promise<number[]> => {
    const found: number[] = [];
    await fit(withBatchNorm(), { ...options, onStep: ({ loss }) => void found.push(loss) });
    return found;
  };
  assert.equal(await losses({ average: { decay: 0.99, calibration: 64 } }), await losses({}));
});

test("stopped while it averages, it ends with the best epoch's weights, or with those of its last step", async () => {
  const run = async (stopAfter: number): Promise<string> => {
    const model = withBatchNorm();
    const stop = new AbortController();
    let kept = "";
    let steps = 0;
    const average = { decay: 0.9 };
    const isStopped = await isRejected(
      fit(model, {
        ...{ average, signal: stop.signal },
        onStep: () => void (++steps === stopAfter && stop.abort(new Error("stop"))),
        onEpoch: () => {
          kept ||= weights(model);
        },
      }),
    );
    assert.ok(isStopped);
    return kept ? `${kept === weights(model)}` : weights(model);
  };
  // 400 pictures are 25 steps. After the 25th the epoch's end is still to come.
  assert.is(await run(30), "true");
  const plain = withBatchNorm();
  await fit(plain, { epochs: 1, restoreBest: false });
  assert.is(await run(25), weights(plain));
});

async function losses(options: Options): Promise<number[]> {
  const found: number[] = [];
  await fit(stripesModel(), { ...options, onStep: ({ loss }) => void found.push(loss) });
  return found;
}

test("augmentation reaches the batches: other losses, the same ones again for the same seed", async () => {
  const augment = { shift: 1, rotate: 10 };
  const first = await losses({ augment });
  assert.equal(await losses({ augment }), first);
  assert.not.equal(await losses({}), first);
});

test("the last epochs, as many as cooldown says, distort half as far", async () => {
  const augment = { shift: 1, rotate: 10 };
  const half = { shift: 0.5, rotate: 5 };
  assert.equal(
    await losses({ augment: { ...augment, scale: undefined }, cooldown: 1 }),
    await losses({ augment: half }),
  );
  assert.equal(await losses({ augment, cooldown: 0.16 }), await losses({ augment }));
  const [cooled, never] = [await losses({ augment, cooldown: 0.4 }), await losses({ augment })];
  const perEpoch = cooled.length / 3;
  assert.equal(cooled.slice(0, 2 * perEpoch), never.slice(0, 2 * perEpoch));
  assert.not.equal(cooled.slice(2 * perEpoch), never.slice(2 * perEpoch));
  assert.equal(await losses({ cooldown: 1 }), await losses({}));
});

test("settings outside their range are refused before anything is made", () => {
  const model = stripesModel();
  const optimizer = new SGD(model.parameters(), { lr: 0.1 });
  const refused: [Partial<TrainerOptions>, RegExp][] = [
    [{ augment: { rotate: 200 } }, /augment: rotate must be a number from 0 to 180; got 200/],
    [{ augment: { twist: 1 } as never }, /augment: there is no option twist/],
    [{ labelSmoothing: 1 }, /Trainer: labelSmoothing must be in \[0, 1\); got 1/],
    [{ labelSmoothing: Number.NaN }, /labelSmoothing must be .* got NaN/],
    [{ cooldown: 1.1 }, /Trainer: cooldown must be in \[0, 1\]; got 1\.1/],
    [{ cooldown: Number.NaN }, /Trainer: cooldown must be .* got NaN/],
    [{ clipNorm: 0 }, /Trainer: clipNorm must be > 0; got 0/],
    [{ clipNorm: Number.NaN }, /Trainer: clipNorm must be > 0; got NaN/],
    [{ seed: -1 }, /Trainer: seed must be an integer ≥ 0; got -1/],
    [{ seed: 0.5 }, /Trainer: seed must be .* got 0.5/],
    [{ average: { decay: 1 } }, /Trainer: average: decay must be in \[0, 1\); got 1/],
    [{ average: { decay: 0.9, calibration: 0 } }, /average: calibration must be an integer ≥ 1; got 0/],
  ];
  const make = (options: Partial<TrainerOptions>) =>
    new Trainer(model, { optimizer, epochs: 1, batchSize: 1, ...options });
  for (const [options, message] of refused) {
    assert.throws(
      () => make(options),
      (error: Error) => error instanceof OptionError && message.test(error.message),
    );
  }
  make({ augment: { scale: 0.995 }, labelSmoothing: 0, average: { decay: 0 } });
});

test.run();
