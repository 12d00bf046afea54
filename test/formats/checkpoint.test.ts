import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CheckpointError } from "../../lib/base/errors.ts";
import { decodeCheckpoint, encodeCheckpoint, loadStateDict, stateDict } from "../../lib/formats/checkpoint.ts";
import { decodeSafetensors, encodeSafetensors } from "../../lib/formats/safetensors.ts";
import { BatchNorm2d } from "../../lib/nn/batch_norm2d.ts";
import { Conv2d } from "../../lib/nn/conv2d.ts";
import { Flatten } from "../../lib/nn/flatten.ts";
import { Linear } from "../../lib/nn/linear.ts";
import { ReLU } from "../../lib/nn/relu.ts";
import { Sequential } from "../../lib/nn/sequential.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { cnn } from "../../models/cnn.ts";
import fixture from "../fixtures/checkpoint.json" with { type: "json" };
import { expectClose } from "../support/expect_close.ts";

const test = suite("checkpoint");
const PYTORCH_FILE = readFileSync(new URL("../fixtures/conv_flatten_linear.safetensors", import.meta.url));

/** The network of make_checkpoint.py. */
function small(width = 6, seed = 0): Sequential {
  return new Sequential(
    {
      conv: new Conv2d(2, width, 3, { padding: 1 }),
      bn: new BatchNorm2d(width),
      relu: new ReLU(),
      flatten: new Flatten(),
      fc: new Linear(width * 4 * 3, 5),
    },
    { seed },
  );
}

test("a PyTorch checkpoint of Conv → BatchNorm → Flatten → Linear over a 4 × 3 map gives PyTorch's logits", () => {
  const model = small();
  assert.equal(decodeCheckpoint(model, PYTORCH_FILE, "pytorch.safetensors"), { made_by: "make_checkpoint.py" });
  const logits = model.eval().forward(tensor(fixture.x, fixture.xShape));
  expectClose(logits.data, fixture.logits.flat(), 2e-6);
});

test("what was loaded from PyTorch is written back as PyTorch wrote it", () => {
  const model = small();
  decodeCheckpoint(model, PYTORCH_FILE, "pytorch.safetensors");
  assert.equal(stateDict(model), decodeSafetensors(PYTORCH_FILE, "pytorch.safetensors").tensors);
});

test("the CNN's names, shapes and dtypes are those of PyTorch's module of the same structure", () => {
  const state = Object.entries(stateDict(cnn())).map(([name, { dtype, shape }]) => [name, { dtype, shape }] as const);
  assert.equal(sorted(Object.fromEntries(state)), sorted(fixture.cnnStateDict));
});

test("a saved model is loaded to the bit, and the file is the same for the same model", () => {
  const [saved, loaded] = [small(6, 1), small(6, 2)];
  const bytes = encodeCheckpoint(saved, { epoch: "3" });
  assert.equal(decodeCheckpoint(loaded, bytes, "a.safetensors"), { epoch: "3" });
  assert.equal(encodeCheckpoint(loaded, { epoch: "3" }), bytes);
});

test("a file of another width is refused, naming the tensor and both shapes, and changes nothing", () => {
  const model = small();
  const before = encodeCheckpoint(model);
  assert.throws(
    () => decodeCheckpoint(model, encodeCheckpoint(small(8)), "wide.safetensors"),
    isCheckpointError(
      "loadCheckpoint: conv.weight is [8, 2, 3, 3] in wide.safetensors but [6, 2, 3, 3] in the model. " +
        "Was it saved from another width?",
    ),
  );
  assert.equal(encodeCheckpoint(model), before);
});

test("a file of another model is refused, naming what is missing and what is unknown", () => {
  const other = new Sequential({ fc: new Linear(72, 5), extra: new Linear(5, 5) });
  assert.throws(
    () => decodeCheckpoint(small(), encodeCheckpoint(other), "other.safetensors"),
    isCheckpointError(
      "loadCheckpoint: other.safetensors lacks conv.weight, conv.bias, bn.weight and 4 more and holds extra.weight, " +
        "extra.bias, which the model does not have. Is it another model's?",
    ),
  );
});

test("another dtype, and a count that takes more than 32 bits, are refused", () => {
  const state = stateDict(small());
  const halves = { dtype: "F16", shape: [5], data: new Uint16Array(5) } as const;
  assert.throws(
    () => loadStateDict(small(), { ...state, "fc.bias": halves }, "half.safetensors"),
    isCheckpointError("loadCheckpoint: fc.bias is F16 in half.safetensors; expected F32. Convert it before saving."),
  );
  const huge = { dtype: "I64", shape: [], data: BigInt64Array.of(2n ** 31n) } as const;
  assert.throws(
    () => loadStateDict(small(), { ...state, "bn.num_batches_tracked": huge }, "huge.safetensors"),
    isCheckpointError(
      "loadCheckpoint: bn.num_batches_tracked is 2147483648 in huge.safetensors, which takes more than 32 bits.",
    ),
  );
});

test("a truncated file is refused and changes nothing", () => {
  const model = small();
  const before = encodeCheckpoint(model);
  for (const length of [0, 8, 100, before.length - 1]) {
    assert.throws(
      () => decodeCheckpoint(model, before.subarray(0, length), "cut.safetensors"),
      (error: unknown) => error instanceof CheckpointError && error.message.includes("cut.safetensors"),
    );
  }
  assert.equal(encodeCheckpoint(model), before);
});

test("any one byte of a checkpoint's header that is flipped is refused, or harmless to the model's shape", () => {
  const bytes = encodeSafetensors(stateDict(small()));
  const headerBytes = 8 + new DataView(bytes.buffer).getUint32(0, true);
  for (let at = 0; at < headerBytes; at += 3) {
    const flipped = bytes.slice();
    flipped[at] ^= 0x21;
    try {
      decodeCheckpoint(small(), flipped, "flipped.safetensors");
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
    }
  }
});

function sorted(record: object): [string, unknown][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

function isCheckpointError(message: string): (error: unknown) => boolean {
  return (error) => {
    assert.instance(error, CheckpointError);
    assert.is((error as Error).message, message);
    return true;
  };
}

test.run();
