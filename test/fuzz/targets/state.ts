// Training states, their digest made anew: read, and resumed by a trainer of the same kind.
//
// Garbage: a place in the run that is no count, a history that is not that of the epochs before; a resumed run with more or
// other epochs than were planned, a loss or a weight that is not finite; other weights than those of the run that was never
// stopped, from a state that nobody changed.

import { createHash } from "node:crypto";
import { CheckpointError, TrainingError } from "../../../lib/base/errors.ts";
import { sha256 } from "../../../lib/base/sha256.ts";
import { encodeSafetensors, type StoredTensor } from "../../../lib/formats/safetensors.ts";
import {
  AdamW,
  Dataset,
  decodeTrainingState,
  encodeTrainingState,
  Flatten,
  type History,
  Linear,
  Sequential,
  Trainer,
  type TrainingState,
  tensor,
  weightsDigest,
} from "../../../lib/index.ts";
import { mutateBytes } from "../mutate_bytes.ts";
import { mutateJson } from "../mutate_json.ts";
import type { Random } from "../random.ts";
import { type FuzzTarget, LIMIT_MS } from "../target.ts";

interface Resumed {
  state: TrainingState;
  history: History;
  weights: string;
}

const EPOCHS = 2;
const STEPS = 2;

export const target: FuzzTarget<Resumed> = {
  name: "state",
  // TrainingError: weights out of a file may be any finite numbers, and training may diverge from them.
  errors: [CheckpointError, TrainingError],
  mutate: (random) => {
    const file = signed(...changed(random, random.pick(STATES)));
    return random.oneIn(10) ? mutateBytes(random, file) : file;
  },
  read: async (input) => {
    const { state } = decodeTrainingState(input, "the file");
    return { state, ...(await run({ resume: state })) };
  },
  // It is not only read, but trained with, and what is no normal number takes processors many times as long.
  limitMs: () => 4 * LIMIT_MS,
  garbage: ({ state, history, weights }, input) => {
    const { epoch, step } = state.progress;
    // After the last step comes the epoch's validation, which a run may have been stopped in.
    if (epoch < 1 || epoch > EPOCHS + 1 || step < 0 || step > STEPS) return "a place that is not in the run";
    const numbers = history.epochs.map((report) => report.epoch);
    if (String(numbers) !== "1,2") return "a history of other epochs than the two planned";
    const figures = history.epochs.flatMap(({ trainLoss, validationLoss, seconds }) => [
      trainLoss,
      validationLoss,
      seconds,
    ]);
    if (!figures.every(Number.isFinite)) return "a history that is not finite";
    return HONEST.has(sha256(input)) && weights !== UNSTOPPED ? "other weights from an honest state" : null;
  },
  describe: ({ state: { progress }, weights }) =>
    `epoch ${progress.epoch}, step ${progress.step}, ${weights.slice(0, 8)}`,
  leastRefusals: 20,
};

async function run(options: { resume?: TrainingState; onCheckpoint?: (state: TrainingState) => void }) {
  const model = new Sequential({ flatten: new Flatten(), fc: new Linear(4, 3) }, { seed: 1 });
  const trainer = new Trainer(model, {
    optimizer: new AdamW(model.parameters(), { lr: 0.01 }),
    ...{ epochs: EPOCHS, batchSize: 2, seed: 3, average: { decay: 0.9 }, checkpointSeconds: 0 },
    onCheckpoint: options.onCheckpoint,
  });
  const history = await trainer.fit(TRAIN, VALIDATION, options.resume ? { resume: options.resume } : {});
  const weights = weightsDigest(model);
  for (const each of model.parameters()) each.dispose();
  return { history, weights };
}

function images(count: number): Dataset {
  const pixels = Uint8Array.from({ length: 4 * count }, (_, i) => (i * 77) & 255);
  const labels = Int32Array.from({ length: count }, (_, i) => i % 3);
  return new Dataset({
    name: `${count} images`,
    images: tensor(pixels, [count, 2, 2, 1], "u8"),
    labels: tensor(labels, [count], "i32"),
  });
}
const TRAIN = images(4);
const VALIDATION = images(2);
const STATES: TrainingState[] = [];
const { weights: UNSTOPPED } = await run({ onCheckpoint: (state) => STATES.push(state) });
const HONEST = new Set(STATES.map((state) => sha256(encodeTrainingState(state))));

type Parts = [tensors: Record<string, StoredTensor>, texts: Record<string, string>];

/** The tensors and the texts of a state's file, as encodeTrainingState has them. */
export function honestParts({ setup, progress, epochs, tensors }: TrainingState = STATES[0]): Parts {
  const rows = epochs.map((report) => Object.values(report));
  const history: StoredTensor = { dtype: "F64", shape: [rows.length, 8], data: Float64Array.from(rows.flat()) };
  return [
    { history, ...tensors },
    { format: "simdgrad training state 1", setup: JSON.stringify(setup), progress: JSON.stringify(progress) },
  ];
}

/** One of them not as it should be. */
function changed(random: Random, state: TrainingState): Parts {
  const parts = honestParts(state);
  const [all, texts] = parts;
  switch (random.below(8)) {
    case 0:
      break;
    case 1:
      texts.setup = mutateJson(random, JSON.parse(texts.setup));
      break;
    case 2:
      all.history = historyChanged(random, all.history);
      break;
    case 3:
    case 4:
      tensorChanged(random, all);
      break;
    case 5:
      delete texts[random.pick(Object.keys(texts))];
      break;
    default:
      texts.progress = mutateJson(random, JSON.parse(texts.progress));
  }
  return parts;
}

const FIGURES = [0, -0, 1, -1, 0.5, 2, 3, 4, 1e6, 1e300, -1e308, 5e-324, Number.NaN, Number.POSITIVE_INFINITY];

function historyChanged(random: Random, { shape, data }: StoredTensor): StoredTensor {
  const rows = random.oneIn(2) ? shape[0] : random.below(6);
  const figures = Float64Array.from({ length: 8 * rows }, (_, i) => Number(data[i] ?? random.pick(FIGURES)));
  for (let n = random.below(3); n > 0 && figures.length > 0; n--) {
    figures[random.below(figures.length)] = random.pick(FIGURES);
  }
  const isOdd = random.oneIn(8);
  return { dtype: "F64", shape: isOdd ? [figures.length] : [rows, 8], data: figures };
}

function tensorChanged(random: Random, all: Record<string, StoredTensor>): void {
  const name = random.pick(Object.keys(all));
  const { dtype, shape, data } = all[name];
  switch (random.below(5)) {
    case 0:
      delete all[name];
      break;
    case 1:
      all[random.pick(["optimizer.x", "model.x", "best.fc.weight", "average.fc.weight", "__proto__", "x"])] = all[name];
      break;
    case 2:
      all[name] = { dtype, shape: [...shape].reverse(), data };
      break;
    case 3:
      all[name] = { dtype: "F64", shape, data: Float64Array.from(data as Float32Array, Number) };
      break;
    default: {
      const copy = data.slice() as Float32Array;
      if (copy.length > 0 && typeof copy[0] === "number") copy[random.below(copy.length)] = random.pick(FIGURES);
      all[name] = { dtype, shape, data: copy } as StoredTensor;
    }
  }
}

/** As encodeTrainingState does it, for texts and tensors that it would refuse. */
export function signed(tensors: Record<string, StoredTensor>, texts: Record<string, string>): Uint8Array {
  const digest = createHash("sha256").update(encodeSafetensors(tensors, texts)).digest("hex");
  return encodeSafetensors(tensors, { ...texts, sha256: digest });
}
