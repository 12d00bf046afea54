// Checkpoints of our networks: the parameters, the running statistics, and what the file says of itself.
//
// Garbage: a weight that is not finite, a running variance below 0, metadata outside of what they can be; an answer that is
// no digit, or whose probabilities are not in [0, 1] or do not add up to 1.

import { CheckpointError, DataError } from "../../../lib/base/errors.ts";
import { encodeSafetensors, type StoredTensor } from "../../../lib/formats/safetensors.ts";
import { floatsOf } from "../../../lib/formats/stored_floats.ts";
import { stateDict, type Tensor } from "../../../lib/index.ts";
import { type Answer, type CheckpointMetadata, Classifier, networkOf } from "../../../models/index.ts";
import { decodeModel } from "../../../store/checkpoints/load_model.ts";
import { hostileText } from "../hostile_text.ts";
import { mutateBytes } from "../mutate_bytes.ts";
import type { Random } from "../random.ts";
import type { FuzzTarget } from "../target.ts";

interface Loaded {
  metadata: CheckpointMetadata;
  /** What is wrong with the weights; null where nothing is. */
  fault: string | null;
  /** Of a picture; an error where the network has none. */
  answer: Answer | DataError;
}

const STATES = {
  linear: stateDict(networkOf("linear").build({ seed: 1 })),
  cnn: stateDict(networkOf("cnn").build({ seed: 1 })),
};
const PIXELS = Uint8Array.from({ length: 784 }, (_, i) => (i * 37) & 255);

export const target: FuzzTarget<Loaded> = {
  name: "checkpoint",
  errors: [CheckpointError],
  mutate: (random) => {
    // The CNN alone has running statistics; it is fourteen times as large.
    const tensors: Record<string, StoredTensor> = { ...STATES[random.oneIn(30) ? "cnn" : "linear"] };
    if (!random.oneIn(4)) change(random, tensors);
    const file = encodeSafetensors(tensors, textsOf(random));
    return random.oneIn(16) ? mutateBytes(random, file) : file;
  },
  read: (input) => {
    const { network, metadata } = decodeModel(input, "the file", input.length > 100_000 ? "cnn" : "linear");
    const state = [...network.namedParameters(), ...network.namedBuffers()];
    try {
      const fault = faultOf(state);
      return { metadata, fault, answer: new Classifier(network).read(PIXELS) };
    } catch (error) {
      if (error instanceof DataError) return { metadata, fault: null, answer: error };
      throw error;
    } finally {
      // At once, and not when the garbage collector comes to it: the next mutation makes another.
      for (const [, each] of state) each.dispose();
    }
  },
  garbage: ({ metadata, fault, answer }) => {
    if (fault !== null) return fault;
    if (!(answer instanceof DataError)) {
      const { digit, confidence, probabilities } = answer;
      const sum = probabilities?.reduce((total, part) => total + part, 0) ?? 0;
      if (digit === null || digit < 0 || digit > 9 || !Number.isInteger(digit)) return "an answer that is no digit";
      if (!(confidence !== null && confidence > 0 && confidence <= 1)) return "an answer of no probability";
      if (!(Math.abs(sum - 1) < 1e-4)) return "probabilities that do not add up to 1";
    }
    const { seed, epoch, validationAccuracy, testAccuracy, testImages } = metadata;
    const isPart = (value: number | null): boolean => value === null || (value >= 0 && value <= 1);
    const isCount = (value: number | null): boolean => value === null || (Number.isSafeInteger(value) && value >= 0);
    if (![validationAccuracy, testAccuracy].every(isPart)) return "an accuracy outside [0, 1]";
    return [seed, epoch, testImages].every(isCount) ? null : "a count that is none";
  },
  describe: ({ answer }) => (answer instanceof DataError ? "weights without an answer" : "weights"),
  leastRefusals: 12,
};

function faultOf(state: readonly [name: string, tensor: Tensor][]): string | null {
  for (const [name, { data }] of state) {
    if (!data.every(Number.isFinite)) return "a weight that is not finite";
    if (name.endsWith("running_var") && !data.every((value) => value >= 0)) return "a running variance below 0";
  }
  return null;
}

const FIGURES = [0, -0, 1, -1, 1e-30, 3e38, -3e38, 1e300, Number.NaN, Number.POSITIVE_INFINITY, -1e38];

/** One tensor left out, renamed, of another shape or type, or with strange numbers in it. */
function change(random: Random, tensors: Record<string, StoredTensor>): void {
  const name = random.pick(Object.keys(tensors));
  const { dtype, shape } = tensors[name];
  const floats = floatsOf(tensors[name]);
  const values = floats instanceof Float32Array ? Array.from(floats) : [0];
  switch (random.below(7)) {
    case 0:
      delete tensors[name];
      break;
    case 1:
      tensors[random.oneIn(2) ? hostileText(random) : random.pick([`module.${name}`, `${name}.x`, "x"])] =
        tensors[name];
      if (random.oneIn(2)) delete tensors[name];
      break;
    case 2:
      tensors[name] = { ...tensors[name], shape: random.oneIn(2) ? [...shape].reverse() : [values.length] };
      break;
    case 3:
      if (dtype === "F32") tensors[name] = { dtype: "F64", shape, data: Float64Array.from(values, strange(random, 3)) };
      break;
    case 4:
      if (dtype === "F32") {
        const bits = Uint16Array.from(values, () => random.next());
        tensors[name] = { dtype: random.pick(["F16", "BF16"] as const), shape, data: bits };
      }
      break;
    case 5:
      if (dtype === "I64") tensors[name] = { dtype, shape, data: BigInt64Array.of(BigInt(random.edge())) };
      break;
    default:
      if (dtype === "F32") tensors[name] = { dtype, shape, data: Float32Array.from(values, strange(random, 7)) };
  }
}

/** Every number but a few as it is. */
function strange(random: Random, count: number): (value: number, i: number) => number {
  const all = random.oneIn(4) ? random.pick(FIGURES) : null;
  const [place, other] = [random.below(count), random.below(1000)];
  return (value, i) => all ?? (i === place || i === other ? random.pick(FIGURES) : value);
}

const KNOWN = [
  ...["model", "dataset", "trained_on", "dataset_sha256", "seed", "epoch", "val_accuracy", "test_accuracy"],
  ...["test_images", "simdgrad", "kernels"],
];

function textsOf(random: Random): Record<string, string> {
  const entries = Array.from({ length: random.below(6) }, () => [
    random.oneIn(6) ? hostileText(random) : random.pick(KNOWN),
    random.oneIn(2) ? String(random.pick(FIGURES)) : hostileText(random),
  ]);
  return Object.fromEntries(entries);
}
