import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CheckpointError, OptionError } from "../../lib/base/errors.ts";
import { decodeCheckpoint, encodeCheckpoint, loadStateDict, stateDict } from "../../lib/formats/checkpoint.ts";
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from "../../lib/formats/safetensors.ts";
import { weightsDigest } from "../../lib/formats/weights_digest.ts";
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
import { refuses } from "../support/refuses.ts";

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
      "decodeCheckpoint: conv.weight is [8, 2, 3, 3] in wide.safetensors but [6, 2, 3, 3] in the model. " +
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
      "decodeCheckpoint: other.safetensors lacks conv.weight, conv.bias, bn.weight and 3 more and holds extra.weight, " +
        "extra.bias, which the model does not have. Is it another model's?",
    ),
  );
});

test("a dtype that is not converted, a number beyond f32 and an invalid count are refused", () => {
  const state = stateDict(small());
  const before = small(6, 3);
  const bytes = encodeCheckpoint(before);
  const load = (name: string, stored: StoredTensor) => () =>
    loadStateDict(before, { ...state, [name]: stored }, { source: "a.safetensors" });
  const fails = (body: () => unknown, message: string) => refuses(body, CheckpointError, `loadStateDict: ${message}`);
  fails(
    load("fc.bias", { dtype: "I32", shape: [5], data: new Int32Array(5) }),
    "fc.bias is I32 in a.safetensors; expected F32, F16, BF16 or F64. Convert it before saving.",
  );
  fails(
    load("fc.bias", { dtype: "F64", shape: [5], data: Float64Array.of(0, 0, -1e39, 0, 0) }),
    "fc.bias holds -1e+39 at index 2, which is beyond f32, in a.safetensors.",
  );
  fails(
    load("bn.num_batches_tracked", { dtype: "I64", shape: [], data: BigInt64Array.of(2n ** 31n) }),
    "bn.num_batches_tracked is 2147483648 in a.safetensors, which is no integer of 32 bits.",
  );
  fails(
    load("bn.num_batches_tracked", { dtype: "F32", shape: [1], data: Float32Array.of(0.5) }),
    "bn.num_batches_tracked is 0.5 in a.safetensors, which is no integer of 32 bits.",
  );
  fails(load("fc.bias", 3 as never), "fc.bias is not { dtype, shape, data }; got 3.");
  assert.equal(encodeCheckpoint(before), bytes);
});

test("numbers of half, of brain and of double precision are loaded as the f32 they are, or the nearest", () => {
  const { POSITIVE_INFINITY: inf, NaN: nan } = Number;
  const f16 = { 15360: 1, 49152: -2, 13653: 0.333251953125, 1: 2 ** -24, 33791: -1023 * 2 ** -24 };
  const f16Edges = { 1024: 2 ** -14, 31743: 65504, 32768: -0, 31744: inf, 64512: -inf, 32257: nan, 64513: nan };
  const bf16 = { 16256: 1, 49216: -3, 1: 2 ** -133, 32768: -0, 32640: inf, 65408: -inf, 32705: nan };
  const load = (dtype: StoredTensor["dtype"], data: StoredTensor["data"]): number[] => {
    const model = new Sequential({ fc: new Linear(1, data.length) });
    const weight = { dtype: "F32", shape: [data.length, 1], data: new Float32Array(data.length) } as const;
    loadStateDict(model, { "fc.weight": weight, "fc.bias": { dtype, shape: [data.length], data } });
    return [...(model.parameters()[1].data as Float32Array)];
  };
  for (const [dtype, cases] of [
    ["F16", f16],
    ["F16", f16Edges],
    ["BF16", bf16],
  ] as const) {
    const loaded = load(dtype, Uint16Array.from(Object.keys(cases), Number));
    Object.values(cases).forEach((value, i) => {
      assert.ok(Object.is(loaded[i], value), `${dtype} ${Object.keys(cases)[i]}: ${loaded[i]}, expected ${value}`);
    });
  }
  const half = 2 ** -24; // of the last place of 1
  const doubles = [
    0.1,
    1 + half,
    1 + 3 * half,
    1 + half * 1.001,
    2 ** -149,
    2 ** -150,
    -0,
    inf,
    -inf,
    nan,
    3.4028235e38,
  ];
  const rounded = [
    Math.fround(0.1),
    1,
    1 + 4 * half,
    1 + 2 * half,
    2 ** -149,
    0,
    -0,
    inf,
    -inf,
    nan,
    3.4028234663852886e38,
  ];
  load("F64", Float64Array.from(doubles)).forEach((value, i) => {
    assert.ok(Object.is(value, rounded[i]), `${doubles[i]}: ${value}, expected ${rounded[i]}`);
  });
});

test("a model saved in another precision reads as it did, running statistics too", () => {
  const saved = small(6, 1);
  saved.forward(tensor(fixture.x, fixture.xShape));
  const state = stateDict(saved);
  const expected = saved.eval().forward(tensor(fixture.x, fixture.xShape)).data;
  const convert: Record<string, (data: Float32Array) => StoredTensor["data"]> = {
    F64: (data) => Float64Array.from(data),
    BF16: (data) => Uint16Array.from(new Uint32Array(data.buffer, data.byteOffset, data.length), (bits) => bits >>> 16),
  };
  for (const [dtype, make] of Object.entries(convert)) {
    const other = Object.entries(state).map(([name, stored]): [string, StoredTensor] => [
      name,
      stored.dtype === "F32" ? ({ ...stored, dtype, data: make(stored.data as Float32Array) } as StoredTensor) : stored,
    ]);
    const loaded = small(6, 2).eval();
    decodeCheckpoint(loaded, encodeSafetensors(Object.fromEntries(other)), "a.safetensors");
    expectClose(loaded.forward(tensor(fixture.x, fixture.xShape)).data, expected, dtype === "F64" ? 0 : 0.02, dtype);
  }
});

test("the count of batches may be missing, [1], or of another dtype", () => {
  const { "bn.num_batches_tracked": count, ...others } = stateDict(small());
  assert.equal(count.shape, []);
  const load = (stored: object): number => {
    const model = small(6, 4);
    const bn = model.children()[1][1] as BatchNorm2d;
    bn.numBatchesTracked.data[0] = 9;
    loadStateDict(model, { ...others, ...stored });
    return bn.numBatchesTracked.item();
  };
  const counted = (dtype: string, shape: number[], data: StoredTensor["data"]) =>
    load({ "bn.num_batches_tracked": { dtype, shape, data } });
  assert.is(load({}), 0);
  assert.is(counted("I64", [1], BigInt64Array.of(7n)), 7);
  assert.is(counted("I32", [], Int32Array.of(7)), 7);
  assert.is(counted("F32", [], Float32Array.of(7)), 7);
  assert.is(counted("F16", [1], Uint16Array.of(0x4700)), 7);
  assert.is(counted("U8", [1, 1], Uint8Array.of(7)), 7);
});

test("names behind a prefix are refused, naming it, and loaded where it is to be taken off", () => {
  const state = stateDict(small(6, 1));
  const behind = (prefix: string) =>
    Object.fromEntries(Object.entries(state).map(([name, stored]) => [prefix + name, stored]));
  for (const prefix of ["module.", "_orig_mod.", "_orig_mod.module."]) {
    refuses(
      () => loadStateDict(small(), behind(prefix), { source: "a.safetensors" }),
      CheckpointError,
      `loadStateDict: a.safetensors has "${prefix}" before every name, as DataParallel or torch.compile puts it there. ` +
        `Load it with { stripPrefix: "${prefix}" }, or rename them in the file.`,
    );
    const model = small();
    decodeCheckpoint(model, encodeSafetensors(behind(prefix)), "a.safetensors", { stripPrefix: prefix });
    assert.equal(stateDict(model), state);
  }
  refuses(
    () => loadStateDict(small(), behind("net."), { source: "a.safetensors" }),
    CheckpointError,
    'loadStateDict: a.safetensors has "net." before every name. Load it with { stripPrefix: "net." }, or rename them in the file.',
  );
  const model = small();
  loadStateDict(model, state, { source: "a.safetensors", stripPrefix: "module." });
  assert.equal(stateDict(model), state);
  refuses(
    () => loadStateDict(small(), { ...state, ...behind("x.") }, { source: "a.safetensors", stripPrefix: "x." }),
    CheckpointError,
    'loadStateDict: a.safetensors has a name twice, with and without "x.".',
  );
});

test("what torch.save wrote is recognised, old and new, and how to convert it is said; other files too", () => {
  const name = "model.pt";
  const decode = (bytes: Uint8Array) => () => decodeCheckpoint(small(), bytes, name);
  const python =
    'Convert it in Python: import torch, safetensors.torch; safetensors.torch.save_file(torch.load("model.pt", ' +
    'map_location="cpu"), "model.safetensors")';
  // As torch.save writes: a ZIP archive whose first file is model/data.pkl; before 1.6, a pickle of a magic number.
  const zip = new Uint8Array(64);
  zip.set([0x50, 0x4b, 3, 4, 0, 0, 8, 8]);
  const legacy = Uint8Array.of(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e);
  const fails = (bytes: Uint8Array, message: string) =>
    refuses(decode(bytes), CheckpointError, `decodeCheckpoint: model.pt is ${message}`);
  fails(zip, `a ZIP archive, as PyTorch's torch.save writes, not a safetensors file. ${python}`);
  fails(legacy, `a Python pickle, as PyTorch's torch.save wrote before version 1.6, not a safetensors file. ${python}`);
  fails(new TextEncoder().encode("<!doctype html><p>Sign in"), "an HTML page, not a safetensors file.");
  fails(
    new TextEncoder().encode("version https://git-lfs.github.com/spec/v1\noid"),
    "a Git LFS pointer to the file, not a safetensors file.",
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

test("errors name the function that was called", () => {
  const model = small();
  const none = {} as never;
  refuses(
    () => decodeCheckpoint(none, new Uint8Array()),
    OptionError,
    "decodeCheckpoint: model must be a Module; got {}.",
  );
  refuses(
    () => decodeCheckpoint(model, none),
    OptionError,
    "decodeCheckpoint: bytes must be bytes in a Uint8Array; got {}.",
  );
  refuses(() => encodeCheckpoint(none), OptionError, "encodeCheckpoint: model must be a Module; got {}.");
  refuses(() => weightsDigest(none), OptionError, "weightsDigest: model must be a Module; got {}.");
  refuses(() => weightsDigest(model, none), OptionError, "weightsDigest: hash must be a function; got {}.");
  assert.throws(() => loadStateDict(model, {}), /^loadStateDict: the state lacks conv\.weight/);
  assert.throws(() => loadStateDict(model, {}, { source: "x" }), /^loadStateDict: x lacks conv\.weight/);
  assert.throws(() => loadStateDict(model, {}, "x" as never), /^loadStateDict: options go in an object/);
});

test("a variance below 0 is refused, and nothing changes; NaN and -0 stay", () => {
  const model = small(6, 1);
  const before = weightsDigest(model);
  const variance = { ...stateDict(model)["bn.running_var"], data: Float32Array.of(1, 1, -1e-20, 1, -1, 1) };
  const state = { ...stateDict(small(6, 2)), "bn.running_var": variance };
  const said = "bn.running_var holds -9.999999682655225e-21 at index 2, in";
  const rule = "a variance is ≥ 0.";
  refuses(() => loadStateDict(model, state), CheckpointError, `loadStateDict: ${said} the state; ${rule}`);
  const file = encodeSafetensors(state);
  refuses(
    () => decodeCheckpoint(model, file, "x.safetensors"),
    CheckpointError,
    `decodeCheckpoint: ${said} x.safetensors; ${rule}`,
  );
  assert.is(weightsDigest(model), before);
  const odd = { ...variance, data: Float32Array.of(-0, Number.NaN, 0, Number.POSITIVE_INFINITY, 1, 1) };
  loadStateDict(model, { ...state, "bn.running_var": odd });
  const now = [...stateDict(model)["bn.running_var"].data];
  assert.ok(now.every((value, i) => Object.is(value, odd.data[i])));
});

test.run();
