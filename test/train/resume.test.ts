import { suite } from "uvu";
import * as assert from "uvu/assert";
import { MNIST_NORMALIZATION } from "../../data/mnist.ts";
import { syntheticDigits } from "../../data/synthetic.ts";
import { CheckpointError } from "../../lib/base/errors.ts";
import { Dropout } from "../../lib/nn/dropout.ts";
import { Flatten } from "../../lib/nn/flatten.ts";
import { Linear } from "../../lib/nn/linear.ts";
import { Sequential } from "../../lib/nn/sequential.ts";
import { crossEntropy } from "../../lib/ops/cross_entropy.ts";
import { Adam, AdamW } from "../../lib/optim/adam.ts";
import { Muon } from "../../lib/optim/muon.ts";
import type { Optimizer } from "../../lib/optim/optimizer.ts";
import { oneCycleLr } from "../../lib/optim/schedules.ts";
import { SGD } from "../../lib/optim/sgd.ts";
import { setThreads } from "../../lib/runtime/threads.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { Trainer } from "../../lib/train/trainer.ts";
import type { TrainerOptions } from "../../lib/train/trainer_options.ts";
import { decodeTrainingState, encodeTrainingState, type TrainingState } from "../../lib/train/training_state.ts";
import { cnn } from "../../models/cnn.ts";
import { linear } from "../../models/linear.ts";
import { type Finished, type Recipe, runUntil, runWithStops, timeless, weightsOf } from "../support/resumed_run.ts";
import { stripes } from "../support/stripes.ts";

const test = suite("resuming");

const OPTIMIZERS: Record<string, (parameters: Tensor<"f32">[]) => Optimizer> = {
  sgd: (parameters) => new SGD(parameters, { lr: 0.1 }),
  momentum: (parameters) => new SGD(parameters, { lr: 0.1, momentum: 0.9, nesterov: true }),
  adam: (parameters) => new Adam(parameters, { lr: 0.01 }),
  adamw: (parameters) => new AdamW(parameters, { lr: 0.01 }),
  muon: (parameters) => new Muon(parameters, { lr: 0.01 }),
};

/** Four epochs of 10 steps, the last of 4 images; dropout, clipping, label smoothing. */
function small(optimizer = "adamw", more: object = {}): Recipe {
  const layers = () => ({ flatten: new Flatten(), drop: new Dropout(0.3), fc: new Linear(16, 4) });
  return {
    model: () => new Sequential(layers(), { seed: 3 }),
    options: (model) => ({
      ...{ optimizer: OPTIMIZERS[optimizer](model.parameters()), epochs: 4, batchSize: 16, seed: 5 },
      ...{ clipNorm: 1, labelSmoothing: 0.1, ...more },
    }),
    train: stripes(148),
    validation: stripes(60, 2),
  };
}

/** Three epochs of 4 steps with dropout and a one-cycle rate. */
function digits(name: "cnn" | "linear", more: Partial<TrainerOptions> = {}): Recipe {
  const all = syntheticDigits({ count: 140 });
  const [train, validation] = all.split(32, { seed: 1 });
  return {
    model: () => (name === "cnn" ? cnn({ seed: 2 }) : linear({ seed: 2 })),
    options: (model) => ({
      ...{ optimizer: new AdamW(model.parameters(), { lr: 0.01 }), epochs: 3, batchSize: 32, seed: 9 },
      schedule: oneCycleLr({ maxLr: 0.01, totalSteps: 12 }),
      ...more,
    }),
    train,
    validation,
  };
}

function same(resumed: Finished, uninterrupted: Finished, where: string): void {
  assert.equal(timeless(resumed.history), timeless(uninterrupted.history), where);
  assert.is(resumed.weights, uninterrupted.weights, where);
}

test("a run stopped at any step, or at the end of any epoch, ends with the same bits, whatever the optimizer", async () => {
  for (const optimizer of Object.keys(OPTIMIZERS)) {
    const recipe = small(optimizer);
    const whole = await runWithStops(recipe);
    assert.is(whole.history.epochs.length, 4);
    const steps = optimizer === "adamw" ? [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] : [1, 7];
    const stops = [1, 2, 3, 4].flatMap((epoch) => [...steps.map((step) => `${epoch}.${step}`), `${epoch}`]);
    // After the last epoch's end there is nothing to stop.
    for (const stop of stops.slice(0, -1)) same(await runWithStops(recipe, [stop]), whole, `${optimizer} at ${stop}`);
  }
});

test("a run stopped again and again, at each of its steps, ends with the same bits", async () => {
  const recipe = small();
  const whole = await runWithStops(recipe);
  const everywhere = [1, 2, 3, 4].flatMap((epoch) => [1, 2, 5, 9, 10].map((step) => `${epoch}.${step}`));
  same(await runWithStops(recipe, everywhere), whole, "everywhere");
  same(await runWithStops(recipe, ["1", "2", "3"]), whole, "at the ends");
});

test("both networks, on one thread and on two, end with the same bits", async () => {
  for (const name of ["linear", "cnn"] as const) {
    const recipe = digits(name);
    await setThreads(1);
    const whole = await runWithStops(recipe);
    for (const threads of [1, 2]) {
      await setThreads(threads);
      for (const stops of [["1.4"], ["1.1", "1", "2.2", "2.3", "3.1"]]) {
        same(await runWithStops(recipe, stops), whole, `${name} on ${threads} at ${stops}`);
      }
    }
    // Begun on two threads and ended on one.
    await setThreads(2);
    const bytes = await runUntil(recipe, "2.1");
    await setThreads(1);
    const model = recipe.model();
    const { state } = decodeTrainingState(bytes, "state");
    await new Trainer(model, recipe.options(model)).fit(recipe.train, recipe.validation, { resume: state });
    assert.is(weightsOf(model), whole.weights);
  }
});

test("a run with augmentation and averaged weights ends with the same bits, stopped anywhere", async () => {
  for (const restoreBest of [true, false]) {
    const augment = { shift: 1, rotate: 10, scale: 0.1 };
    const recipe = digits("cnn", { augment, cooldown: 0.5, average: { decay: 0.9, calibration: 64 }, restoreBest });
    const whole = await runWithStops(recipe);
    const plain = await runWithStops(digits("cnn", { restoreBest }));
    assert.is.not(whole.weights, plain.weights);
    for (const stops of [["1"], ["3.4"], ["1.3", "1.4", "2.1", "2", "3.2"]]) {
      same(await runWithStops(recipe, stops), whole, `stopped at ${stops}`);
    }
  }
});

test("a state taken while the model holds the average resumes like one taken before", async () => {
  const recipe = digits("cnn", { average: { decay: 0.9, calibration: 64 }, restoreBest: false });
  const whole = await runWithStops(recipe);
  const states: TrainingState[] = [];
  const options = { onCheckpoint: (state: TrainingState) => void states.push(state), checkpointSeconds: 0 };
  const model = recipe.model();
  await new Trainer(model, { ...recipe.options(model), ...options }).fit(recipe.train, recipe.validation);
  assert.is(states.length, 12);
  for (const resume of states.slice(6)) {
    const again = recipe.model();
    const history = await new Trainer(again, recipe.options(again)).fit(recipe.train, recipe.validation, { resume });
    same({ history, weights: weightsOf(again) }, whole, `${resume.progress.epoch}.${resume.progress.step}`);
  }
});

test("a state resumes whatever the model and the optimizer hold by then", async () => {
  const recipe = small();
  const whole = await runWithStops(recipe);
  const { state } = decodeTrainingState(await runUntil(recipe, "2.5"), "state");
  const model = recipe.model();
  const options = recipe.options(model);
  await new Trainer(model, options).fit(recipe.train, recipe.validation);
  await new Trainer(model, options).fit(recipe.train, recipe.validation, { resume: state });
  assert.is(weightsOf(model), whole.weights);
});

test("the state comes after each epoch, within one every checkpointSeconds, and never of the same moment twice", async () => {
  const placesOf = async (checkpointSeconds: number): Promise<string[]> => {
    const recipe = small();
    const model = recipe.model();
    const places: string[] = [];
    const onCheckpoint = ({ progress: { epoch, step } }: TrainingState): void => void places.push(`${epoch}.${step}`);
    const trainer = new Trainer(model, { ...recipe.options(model), onCheckpoint, checkpointSeconds });
    await trainer.fit(recipe.train, recipe.validation);
    return places;
  };
  assert.equal(await placesOf(1000), ["2.0", "3.0", "4.0", "5.0"]);
  const within = (epoch: number): string[] => Array.from({ length: 9 }, (_, i) => `${epoch}.${i + 1}`);
  const all = [1, 2, 3, 4].flatMap((epoch) => [...within(epoch), `${epoch + 1}.0`]);
  assert.equal(await placesOf(0), all);
});

test("a state of the end resumes to the result at once", async () => {
  const recipe = small();
  const whole = await runWithStops(recipe);
  let last: TrainingState | undefined;
  const onCheckpoint = (state: TrainingState): void => {
    last = state;
  };
  const model = recipe.model();
  await new Trainer(model, { ...recipe.options(model), onCheckpoint }).fit(recipe.train, recipe.validation);
  const again = recipe.model();
  const trainer = new Trainer(again, { ...recipe.options(again), onStep: () => assert.unreachable("a step was made") });
  const history = await trainer.fit(recipe.train, recipe.validation, { resume: last });
  same({ history, weights: weightsOf(again) }, whole, "the end");
});

test("a run whose clock is too coarse to see an epoch writes states and is resumed", async () => {
  const recipe = small();
  const states: Uint8Array[] = [];
  const { now } = performance;
  performance.now = () => 1000;
  try {
    const model = recipe.model();
    const onCheckpoint = (state: TrainingState) => void states.push(encodeTrainingState(state));
    await new Trainer(model, { ...recipe.options(model), onCheckpoint }).fit(recipe.train, recipe.validation);
    const again = recipe.model();
    const { state: resume } = decodeTrainingState(states[1], "the state");
    await new Trainer(again, recipe.options(again)).fit(recipe.train, recipe.validation, { resume });
    assert.is(weightsOf(again), weightsOf(model));
  } finally {
    performance.now = now;
  }
});

test("a state whose weights are not finite is refused, those of its best epoch too, and changes nothing", async () => {
  const recipe = small();
  const states: TrainingState[] = [];
  const first = recipe.model();
  const onCheckpoint = (state: TrainingState) => void states.push(state);
  await new Trainer(first, { ...recipe.options(first), onCheckpoint }).fit(recipe.train, recipe.validation);
  const [state] = states;
  for (const name of ["model.fc.weight", "best.fc.weight", "best.fc.bias"]) {
    const { shape } = state.tensors[name];
    for (const wrong of [Number.NaN, Number.NEGATIVE_INFINITY]) {
      const data = new Float32Array(shape.reduce((size, side) => size * side, 1)).fill(0.5, 1).fill(wrong, 0, 1);
      const resume = { ...state, tensors: { ...state.tensors, [name]: { dtype: "F32" as const, shape, data } } };
      const model = recipe.model();
      const before = weightsOf(model);
      const trainer = new Trainer(model, recipe.options(model));
      const error = await trainer.fit(recipe.train, recipe.validation, { resume }).catch((caught) => caught);
      assert.instance(error, CheckpointError);
      assert.match(
        error.message,
        new RegExp(`^fit: ${name.slice(name.indexOf(".") + 1)} of the state.* holds ${wrong}, as`),
      );
      assert.is(weightsOf(model), before);
    }
  }
});

test("a state holds copies: training on does not change it", async () => {
  const recipe = small();
  let first: TrainingState | undefined;
  let bytes = "";
  const model = recipe.model();
  const onCheckpoint = (state: TrainingState): void => {
    first ??= state;
    bytes ||= Buffer.from(encodeTrainingState(state)).toString("hex");
  };
  await new Trainer(model, { ...recipe.options(model), onCheckpoint }).fit(recipe.train, recipe.validation);
  assert.is(Buffer.from(encodeTrainingState(first as TrainingState)).toString("hex"), bytes);
});

test("stopped before its first step, a run hands out no state", async () => {
  const recipe = small();
  const model = recipe.model();
  const controller = new AbortController();
  controller.abort(new Error("stop"));
  const options = { signal: controller.signal, onCheckpoint: () => assert.unreachable("a state was handed out") };
  const trainer = new Trainer(model, { ...recipe.options(model), ...options });
  const error = await trainer.fit(recipe.train, recipe.validation).catch((caught) => caught);
  assert.is(error, controller.signal.reason);
});

test("a state of an earlier version is resumed, whatever its setup did not name or named differently", async () => {
  const recipe = digits("linear", { augment: { shift: 1 }, cooldown: 0.5 });
  const whole = await runWithStops(recipe);
  const { state } = decodeTrainingState(await runUntil(recipe, "2.3"), "state");
  const { cooldown, normalization, loss, ...setup } = state.setup;
  assert.equal([cooldown, loss], [0.5, null]);
  assert.equal(normalization, { training: MNIST_NORMALIZATION, validation: MNIST_NORMALIZATION });
  const model = recipe.model();
  const resume = { ...state, setup: { ...setup, settle: 0.5 } };
  const history = await new Trainer(model, recipe.options(model)).fit(recipe.train, recipe.validation, { resume });
  same({ history, weights: weightsOf(model) }, whole, "an earlier version's");

  const plain = small();
  const { state: bare } = decodeTrainingState(await runUntil(plain, "2.5"), "state");
  const { cooldown: none, normalization: _, loss: __, ...older } = bare.setup;
  assert.is(none, null);
  for (const words of [{}, { settle: null }]) {
    const again = plain.model();
    const trainer = new Trainer(again, plain.options(again));
    await trainer.fit(plain.train, plain.validation, { resume: { ...bare, setup: { ...older, ...words } } });
    assert.is(weightsOf(again), (await runWithStops(plain)).weights);
  }
});

test("a state of other options, data or kernels is refused with what differs, and changes nothing", async () => {
  const recipe = small();
  const { state } = decodeTrainingState(await runUntil(recipe, "2.5"), "state");
  const refused: [Partial<Recipe>, object, TrainingState, RegExp][] = [
    [{}, { batchSize: 32 }, state, /^fit: cannot resume: batchSize is 16 in the state but 32 here\. Resume with what /],
    [{}, { seed: 6 }, state, /seed is 5 in the state but 6 here/],
    [{}, { epochs: 5 }, state, /epochs is 4 in the state but 5 here/],
    [{}, { labelSmoothing: 0 }, state, /labelSmoothing is 0\.1 in the state but 0 here/],
    [{}, { augment: { shift: 1 } }, state, /augment is null in the state but \{"shift":1\} here/],
    [{}, { augment: null as never, cooldown: 0.5 }, state, /cooldown is null in the state but 0\.5 here/],
    [{}, { average: { decay: 0.9 } }, state, /average is null in the state but \{"decay":0\.9\} here/],
    [{}, { labelSmoothing: 0, loss: crossEntropy }, state, /labelSmoothing is 0\.1 in the state but 0 here/],
    [
      {},
      {
        labelSmoothing: 0,
        loss: function focal(x: Tensor<"f32">, y: Tensor) {
          return crossEntropy(x, y);
        },
      },
      { ...state, setup: { ...state.setup, labelSmoothing: 0 } },
      /loss is null in the state but "focal" here/,
    ],
    [
      {},
      {},
      { ...state, setup: { ...state.setup, normalization: { training: null, validation: null } } },
      /normalization is \{"training":null,"validation":null\} in the state but \{"training":\{"mean":0\.1307,"std":0\.3081\}/,
    ],
    [{}, { clipNorm: undefined }, state, /clipNorm is 1 in the state but null here/],
    [
      { train: stripes(148, 9) },
      {},
      state,
      /trainingSet is \{"name":"stripes","size":148,"digest":"\w+"\} in the state/,
    ],
    [{ validation: stripes(60, 2).take(50) }, {}, state, /validationSet is .*"size":60.* but .*"size":50/],
    [
      {},
      {},
      { ...state, setup: { ...state.setup, kernels: "other" } },
      /kernels is "other" in .* These round differently: resume where/,
    ],
    [
      {},
      {},
      { ...state, setup: { ...state.setup, kernels: "relaxed-unfused" } },
      /kernels is "relaxed-unfused" in the state but "(relaxed-fma|simd)" here\. These round differently/,
    ],
  ];
  for (const [parts, more, resume, message] of refused) {
    const { train, validation } = { ...recipe, ...parts };
    const model = recipe.model();
    const before = weightsOf(model);
    const trainer = new Trainer(model, { ...recipe.options(model), ...more });
    const error = await trainer.fit(train, validation, { resume }).catch((caught) => caught);
    assert.is(error.name, "CheckpointError");
    assert.match(error.message, message);
    assert.is(weightsOf(model), before);
  }
});

test("a state of another model or optimizer is refused, and changes nothing", async () => {
  const { state } = decodeTrainingState(await runUntil(small("adamw"), "2.5"), "state");
  const others: [Recipe, RegExp][] = [
    [small("momentum"), /momentum of SGD must be f32 \[68\] but is missing/],
    [small("sgd"), /the state holds m and v, which SGD does not have/],
    [
      { ...small(), model: () => new Sequential({ flatten: new Flatten(), out: new Linear(16, 4) }) },
      /lacks out\.weight/,
    ],
  ];
  for (const [{ model: make, options, train, validation }, message] of others) {
    const model = make();
    const before = weightsOf(model);
    const trainer = new Trainer(model, options(model));
    const error = await trainer.fit(train, validation, { resume: state }).catch((caught) => caught);
    assert.is(error.name, "CheckpointError");
    assert.match(error.message, message);
    assert.is(weightsOf(model), before);
  }
});

test.run();
