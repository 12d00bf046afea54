// A training session, without its worker: whatever interrupts a run, its bits are those of one that was not interrupted, and
// those of the command line.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadMnist } from "../../data/index.node.ts";
import { type DigitSet, type MnistRole, syntheticDigits } from "../../data/index.ts";
import { type Dataset, decodeCheckpoint, weightsDigest } from "../../lib/index.ts";
import { Experiment, networkOf, recipeFor } from "../../models/index.ts";
import { readSettings } from "../../web/app/fragment.ts";
import { NOTHING_YET, type TrainingView } from "../../web/train/messages.ts";
import { Session } from "../../web/train/session.ts";
import { RULES, recipeOf, type TrainSettings } from "../../web/train/settings.ts";
import { threadsFor } from "../../web/train/threads.ts";
import { syntheticSets, trainingSets } from "../../web/train/training_sets.ts";

const test = suite("a training session");

const SETTINGS: TrainSettings = {
  ...readSettings(RULES, {}),
  ...{ model: "linear", epochs: 3, seed: 5, average: 0.9, rotate: 5 },
};

/** Stands for the sample. */
const DIGITS: Record<MnistRole, DigitSet> = {
  train: syntheticDigits({ count: 700, seed: 1 }),
  test: syntheticDigits({ count: 100, seed: 2 }),
};

class Watched {
  view: TrainingView = NOTHING_YET;
  readonly phases: string[] = [];
  readonly session: Session;
  private waiting: { isSo(view: TrainingView): boolean; resolve(): void }[] = [];

  constructor(onChange: (watched: Watched) => void = () => {}) {
    this.session = new Session(
      "",
      async (role) => DIGITS[role],
      (changes) => {
        this.view = { ...this.view, ...changes };
        if (changes.phase && changes.phase !== this.phases.at(-1)) this.phases.push(changes.phase);
        onChange(this);
        for (const { isSo, resolve } of this.waiting) if (isSo(this.view)) resolve();
      },
    );
  }

  async until(isSo: (view: TrainingView) => boolean): Promise<void> {
    if (isSo(this.view)) return;
    await new Promise<void>((resolve) => this.waiting.push({ isSo, resolve }));
  }

  phase(phase: string): Promise<void> {
    return this.until((view) => view.phase === phase);
  }
}

async function uninterrupted(settings = SETTINGS): Promise<Watched> {
  const watched = new Watched();
  await watched.session.start(settings, "run");
  await watched.phase("done");
  return watched;
}

test("a run trains the weights that an experiment of the same recipe does, and leaves its checkpoint", async () => {
  const { view, phases } = await uninterrupted();
  assert.equal(phases, ["loading", "running", "testing", "done"]);
  const recipe = recipeFor("linear", "fast", { epochs: 3, average: 0.9, augment: { rotate: 5 } });
  const cut = { seed: 5, validation: null, limit: null, recipe };
  const sets = trainingSets({ ...DIGITS, dataset: "mnist", title: "MNIST" }, cut);
  const experiment = new Experiment({ model: "linear", recipe, seed: 5, patience: null }, sets);
  const { weightsSha256, test } = await experiment.run(() => {});
  assert.is(view.outcome?.weightsSha256, weightsSha256);
  assert.is(view.outcome?.testAccuracy, test.evaluation.accuracy);
  const network = networkOf("linear").build();
  const texts = decodeCheckpoint(network, view.outcome?.weights ?? new Uint8Array());
  assert.is(weightsDigest(network), weightsSha256);
  assert.is(texts.test_accuracy, String(test.evaluation.accuracy));
  assert.is(view.epochs.length, 3);
  assert.ok(view.losses.length > 10 && view.live?.confusion);
});

test("paused, stepped through the end of an epoch, put away and resumed, it comes to the same bits", async () => {
  const whole = await uninterrupted();
  const interrupt = ["pause", "keepNow", "pause", "keepNow", "keepNow", "pause", "keepNow"] as const;
  let interruptions = 0;
  let last: TrainingView["progress"] = null;
  /** Stepped through, it is left alone but at first. */
  let most = 3;
  const watched = new Watched(({ view: { phase, progress }, session }) => {
    if (phase !== "running" || progress === last || interruptions === most) return;
    last = progress;
    session[interrupt[interruptions++]]();
  });
  const { session } = watched;
  await session.start(SETTINGS, "step");
  for (let step = 0; step < 13; step++) {
    await watched.until(({ phase, progress }) => phase === "paused" && (progress?.step ?? 0) >= 0);
    const before = watched.view.progress;
    session.resume("step");
    await watched.until(({ phase, progress }) => phase === "paused" && progress !== before);
  }
  assert.ok((watched.view.progress?.epoch ?? 0) >= 2, JSON.stringify(watched.view.progress));
  most = interrupt.length;
  session.resume("run");
  for (;;) {
    await watched.until(({ phase }) => phase === "paused" || phase === "done");
    if (watched.view.phase === "done") break;
    session.resume("run");
  }
  assert.ok(interruptions > 4, `${interruptions}`);
  assert.is(watched.view.outcome?.weightsSha256, whole.view.outcome?.weightsSha256);
  assert.equal(watched.view.losses, whole.view.losses);
});

test("paused behind the last step of an epoch, a step is the first of the next", async () => {
  let isAsked = false;
  const watched = new Watched(({ view: { run, progress }, session }) => {
    if (isAsked || !progress || progress.step !== run?.stepsPerEpoch) return;
    isAsked = true;
    session.pause();
  });
  const { session } = watched;
  await session.start(SETTINGS, "run");
  await watched.phase("paused");
  assert.is(watched.view.epochs.length, 0);
  session.resume("step");
  assert.is(watched.view.phase, "running");
  await watched.phase("paused");
  const { epoch, step } = watched.view.progress ?? {};
  assert.equal([epoch, step, watched.view.epochs.length], [2, 1, 1]);
  await session.discard();
});

test("stopped, it is tested as it is: the same step gives the same bits", async () => {
  const stoppedAt = async (steps: number): Promise<TrainingView> => {
    const watched = new Watched();
    await watched.session.start(SETTINGS, "step");
    await watched.phase("paused");
    for (let step = 1; step < steps; step++) {
      const before = watched.view.progress;
      watched.session.resume("step");
      await watched.until(({ phase, progress }) => phase === "paused" && progress !== before);
    }
    watched.session.stop();
    await watched.phase("done");
    return watched.view;
  };
  const [first, again, later] = [await stoppedAt(4), await stoppedAt(4), await stoppedAt(5)];
  assert.is(first.outcome?.weightsSha256, again.outcome?.weightsSha256);
  assert.is.not(first.outcome?.weightsSha256, later.outcome?.weightsSha256);
  assert.is(first.outcome?.stopped, "stopped after step 4 of epoch 1");
});

test("a run can be given up while it loads, and while it is paused", async () => {
  const watched = new Watched();
  const started = watched.session.start({ ...SETTINGS, data: "synthetic", limit: 5000 }, "run");
  await watched.phase("loading");
  await watched.session.discard();
  await started;
  assert.is(watched.view.phase, "idle");
  await watched.session.start(SETTINGS, "step");
  await watched.phase("paused");
  await watched.session.discard();
  await watched.phase("idle");
  assert.is(watched.view.run, null);
});

test("put away while it loads, or is tested, a run goes on as it was asked to", async () => {
  const whole = await uninterrupted();
  const loading = new Watched(({ view, session }) => {
    if (view.phase === "loading") session.keepNow();
  });
  await loading.session.start(SETTINGS, "run");
  await loading.phase("done");
  assert.is(loading.view.outcome?.weightsSha256, whole.view.outcome?.weightsSha256);
  const stopped = new Watched(({ view, session }) => {
    if (view.phase === "testing") session.keepNow();
  });
  await stopped.session.start(SETTINGS, "step");
  await stopped.phase("paused");
  stopped.session.stop();
  await stopped.phase("done");
  assert.is(stopped.view.outcome?.stopped, "stopped after step 1 of epoch 1");
});

test("paused and then put away, it stays paused", async () => {
  let isAsked = false;
  const watched = new Watched(({ view, session }) => {
    if (view.phase !== "running" || !view.progress || isAsked) return;
    isAsked = true;
    session.pause();
    session.keepNow();
  });
  await watched.session.start(SETTINGS, "run");
  await watched.phase("paused");
  assert.equal(watched.phases, ["loading", "running", "paused"]);
  await watched.session.discard();
});

test("started twice at once, it is one run", async () => {
  const watched = new Watched();
  const { session } = watched;
  await Promise.all([session.start(SETTINGS, "run"), session.start(SETTINGS, "run")]);
  await watched.phase("done");
  assert.equal(watched.phases, ["loading", "running", "testing", "done"]);
});

test("a run that diverged can be left behind", async () => {
  const watched = new Watched();
  await watched.session.start({ ...SETTINGS, optimizer: "sgd", lr: 10, momentum: 0.9999, "weight-decay": 10 }, "run");
  await watched.phase("failed");
  await watched.session.restore();
  assert.is(watched.view.phase, "idle");
  assert.is(watched.view.problem, null);
});

test("what goes wrong is said in one line, and the next run goes on from there", async () => {
  const watched = new Watched();
  await watched.session.start({ ...SETTINGS, data: "own" }, "run");
  assert.is(watched.view.phase, "failed");
  assert.match(watched.view.problem ?? "", /^Choose your own digits first/);
  await watched.session.start({ ...SETTINGS, validation: 700 }, "run");
  assert.match(watched.view.problem ?? "", /^Validation must leave something to train on/);
  await watched.session.start({ ...SETTINGS, epochs: 1 }, "run");
  await watched.phase("done");
});

test("the drawing is answered, by the network as it is", async () => {
  const watched = new Watched();
  const pixels = Uint8Array.from(DIGITS.test.images.values.slice(0, 784));
  watched.session.show(pixels);
  await watched.session.start(SETTINGS, "step");
  await watched.phase("paused");
  assert.is(watched.view.live?.answer?.length, 10);
  const { filters } = watched.view.live ?? {};
  assert.equal([filters?.count, filters?.side, filters?.weights.length], [10, 28, 7840]);
  watched.session.show(null);
  assert.is(watched.view.live?.answer, null);
  await watched.session.discard();
});

test("digits are cut as the command line cuts them", async () => {
  const settings = { ...SETTINGS, limit: 200 };
  const { recipe } = recipeOf(settings) as { recipe: ReturnType<typeof recipeFor> };
  for (const validation of [null, 30]) {
    const cut = { seed: 5, validation, limit: 200, recipe };
    const asked = { seed: 5, limit: 200, validation: validation ?? undefined, maxValidation: recipe.validation };
    const names = ({ train, validation, test }: Record<"train" | "validation" | "test", Dataset>): string[] =>
      [train, validation, test].map(({ name, size, digest }) => `${name} ${size} ${digest}`);
    const theirs = await loadMnist({ source: "synthetic", ...asked });
    assert.equal(names(await syntheticSets(cut, new AbortController().signal)), names(theirs));
    const sample = await loadMnist({ source: "sample", ...asked });
    const all = await loadMnist({ source: "sample", validation: 0 });
    const own = trainingSets({ train: all.train, test: all.test, dataset: "mnist", title: "" }, cut);
    const rename = (each: string): string => each.replace(" without 0 drawn with seed 0", "");
    assert.equal(names(own).map(rename), names(sample));
  }
});

test("threads: all but one, both of two, and one for steps that are too short", () => {
  const of = (model: "cnn" | "linear", asked: number | null, processors: number) =>
    threadsFor(model, asked, processors).count;
  assert.equal(
    [of("cnn", null, 1), of("cnn", null, 2), of("cnn", null, 8), of("cnn", 3, 8), of("linear", null, 8)],
    [1, 2, 7, 3, 1],
  );
});

test("what cannot be kept is said: here there is no IndexedDB", async () => {
  const watched = new Watched();
  assert.ok(watched.view.isKept);
  await watched.session.start(SETTINGS, "run");
  await watched.phase("done");
  assert.not.ok(watched.view.isKept);
});

test.run();
