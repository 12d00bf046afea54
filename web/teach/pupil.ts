// Pupil: a network that is taught drawings which it misread, without forgetting how everybody else writes.
//
// Its layers up to Flatten stay as they are: what they make of an image, its features, is computed once, and only the layers
// behind are taught, which takes a third of a second. With x from real digits that are replayed, and t from the drawings, each
// as it is and distorted,
//
//   loss = crossEntropy(head(x), y) + λ·crossEntropy(head(t), z)
//
// is minimised from the weights as they were, at a rate that falls to nothing, with the smallest λ of three that is enough.

import { DIGIT_CLASSES, MNIST_NORMALIZATION } from "../../data/index.ts";
import {
  AdamW,
  type Augmentation,
  add,
  augmentImages,
  type Batch,
  backward,
  cosineLr,
  crossEntropy,
  Dataset,
  decodeCheckpoint,
  encodeCheckpoint,
  evaluationOf,
  Flatten,
  mul,
  normalizeImages,
  predict,
  predictAsync,
  Sequential,
  scope,
  type Tensor,
  tensor,
} from "../../lib/index.ts";
import {
  type CheckpointMetadata,
  type ModelName,
  networkOf,
  readCheckpointMetadata,
  writeCheckpointMetadata,
} from "../../models/index.ts";

/** A drawing, and what it is. */
export interface Lesson {
  /** 28 × 28, as preprocessDigit gives them. */
  readonly pixels: Uint8Array;
  readonly digit: number;
}

export interface Taught {
  readonly name: ModelName;
  /** The content of a safetensors file. */
  readonly weights: Uint8Array<ArrayBuffer>;
  /** Of the test digits, without any lesson and with them. */
  readonly accuracyBefore: number;
  readonly accuracyAfter: number;
  readonly testImages: number;
  /** Lessons that are read wrong all the same, by their place in the list. */
  readonly unlearned: readonly number[];
}

export interface Digits {
  /** Real ones that are replayed. */
  readonly replay: Dataset;
  readonly test: Dataset;
}

/** Real digits that are replayed: half of the sample, which takes the CNN half a second to look at. */
export const REPLAYED_DIGITS = 5000;
const STEPS = 400;
const RATE = 1e-3;
const [REPLAYED, TAUGHT] = [112, 16];
/**
 * λ/(1 + λ), from the gentlest on: the next one is tried, from the weights as they were, where some lesson is misread after it, or
 * more of the distorted ones than so many.
 */
const SHARES = [0.02, 0.06, 0.2];
const MISREAD_SHARE = 0.05;
/** Each lesson is taught as it is, and distorted so many times, as far as one draws the same digit otherwise. */
const COPIES = 48;
const DISTORTIONS: Augmentation = { rotate: 10, shift: 1.5, scale: 0.1, shear: 0.1, elastic: 1, thickness: 0.2 };
const SEED = 0;
const SIDE = 28;

export class Pupil {
  private readonly network: Sequential;
  private readonly metadata: CheckpointMetadata;
  private readonly file: string;
  private prepared: Promise<{ readonly replay: Dataset; readonly test: Tensor<"f32"> }> | null = null;

  /**
   * @param weights of the network as it is before any lesson, a safetensors file
   * @throws {CheckpointError} they are not this network's
   */
  constructor(
    readonly name: ModelName,
    private readonly weights: Uint8Array,
    private readonly digits: Digits,
  ) {
    this.file = `${name}.safetensors`;
    this.network = networkOf(name).build().eval() as Sequential;
    this.metadata = readCheckpointMetadata(decodeCheckpoint(this.network, weights, this.file));
  }

  /** Computes the features of all digits, once: the first lesson need not wait for it. */
  prepare(): Promise<{ readonly replay: Dataset; readonly test: Tensor<"f32"> }> {
    this.prepared ??= (async () => {
      const { replay, test } = this.digits;
      const { body } = partsOf(this.network);
      const features = await predictAsync(body, replay);
      return { replay: featureSet(features, replay.labels.values), test: await predictAsync(body, test) };
    })();
    return this.prepared;
  }

  /** As it was before any lesson. */
  private forget(): void {
    decodeCheckpoint(this.network, this.weights, this.file);
  }

  /** The same lessons give the same weights, to the bit, where the kernels round alike. */
  async teach(lessons: readonly Lesson[]): Promise<Taught> {
    const { replay, test } = await this.prepare();
    this.forget();
    const { body, head } = partsOf(this.network);
    const measure = (): number => scope(() => evaluationOf(predict(head, test), this.digits.test.labels).accuracy);
    const accuracyBefore = measure();
    const unlearned = scope(() => {
      const images = imagesOf(lessons);
      const copies = Int32Array.from({ length: COPIES * lessons.length }, (_, i) => i % lessons.length);
      const key = { seed: SEED, epoch: 1, position: 0 };
      const distorted = augmentImages(images, tensor(copies), DISTORTIONS, key, MNIST_NORMALIZATION);
      const parts = [normalizeImages(images, MNIST_NORMALIZATION), distorted].map((each) => predict(body, each));
      const digits = lessons.map(({ digit }) => digit);
      const labels = [...digits, ...Array.from(copies, (i) => digits[i])];
      const features = tensor(
        parts.flatMap(({ values }) => [...values]),
        [labels.length, parts[0].shape[1]],
      );
      const taught = featureSet(features, labels);
      let wrong: number[] = [];
      for (const share of SHARES) {
        this.forget();
        fit(head, { replay, taught, share, labelSmoothing: networkOf(this.name).presets.best.labelSmoothing });
        const misread = misreadRows(predict(head, features), labels);
        wrong = misread.filter((i) => i < lessons.length);
        if (wrong.length === 0 && misread.length <= MISREAD_SHARE * labels.length) break;
      }
      return wrong;
    });
    const accuracyAfter = measure();
    const testImages = this.digits.test.size;
    const { others } = this.metadata;
    const metadata = {
      ...this.metadata,
      dataset: this.digits.test.name.includes("MNIST") ? "mnist" : this.metadata.dataset,
      testAccuracy: accuracyAfter,
      testImages,
      validationAccuracy: null,
      others: { ...others, taught: `${lessons.length} drawings` },
    };
    const weights = encodeCheckpoint(this.network, writeCheckpointMetadata(metadata));
    return { name: this.name, weights, accuracyBefore, accuracyAfter, testImages, unlearned };
  }
}

interface Lessons {
  readonly replay: Dataset;
  readonly taught: Dataset;
  /** Of the taught in the loss. */
  readonly share: number;
  readonly labelSmoothing: number;
}

function fit(head: Sequential, { replay, taught, share, labelSmoothing }: Lessons): void {
  const optimizer = new AdamW(head.parameters(), { lr: RATE, weightDecay: 0 });
  const rate = cosineLr({ lr: RATE, totalSteps: STEPS });
  const [old, fresh] = [endless(replay, REPLAYED), endless(taught, TAUGHT)];
  const lossOf = ({ x, y }: Batch): Tensor<"f32"> => crossEntropy(head.forward(x), y, { labelSmoothing });
  for (let step = 0; step < STEPS; step++) {
    optimizer.lr = rate(step);
    optimizer.zeroGrad();
    const losses = [lossOf(old.next().value), lossOf(fresh.next().value)];
    backward(add(mul(losses[0], 1 - share), mul(losses[1], share)));
    optimizer.step();
  }
  optimizer.zeroGrad();
  // What they gave last is freed as they end.
  for (const each of [old, fresh]) each.return(undefined as never);
}

/** Epoch after epoch, each in an order of its own. */
function* endless(set: Dataset, batchSize: number): Generator<Batch, never, void> {
  for (let epoch = 1; ; epoch++) yield* set.batches({ batchSize, seed: SEED, epoch });
}

/** The layers up to Flatten, and those behind it. */
function partsOf(network: Sequential): { readonly body: Sequential; readonly head: Sequential } {
  const layers = network.children();
  const cut = layers.findIndex(([, layer]) => layer instanceof Flatten) + 1;
  const part = (from: number, to?: number): Sequential =>
    new Sequential(Object.fromEntries(layers.slice(from, to))).eval() as Sequential;
  return { body: part(0, cut), head: part(cut) };
}

function imagesOf(lessons: readonly Lesson[]): Tensor<"u8"> {
  const bytes = lessons.flatMap(({ pixels }) => [...pixels]);
  return tensor(Uint8Array.from(bytes), [lessons.length, SIDE, SIDE], "u8");
}

function featureSet(features: Tensor<"f32">, labels: ArrayLike<number>): Dataset {
  const bytes = tensor(Uint8Array.from(labels), [labels.length], "u8");
  return new Dataset({ name: "features", features, labels: bytes, classes: DIGIT_CLASSES, digest: "features" });
}

/** Which rows have another digit as their most likely one. */
function misreadRows(logits: Tensor<"f32">, digits: readonly number[]): number[] {
  const { values } = logits;
  const row = (i: number): Float32Array => values.slice(i * DIGIT_CLASSES, (i + 1) * DIGIT_CLASSES) as Float32Array;
  return digits.flatMap((digit, i) => (Math.max(...row(i)) === row(i)[digit] ? [] : [i]));
}
