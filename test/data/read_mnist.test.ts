import { readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { MNIST_FILES, MNIST_SAMPLE_FILES, type MnistFile, type ReadMnistFiles, readMnist } from "../../data/index.ts";
import { loadMnist } from "../../data/load_mnist.node.ts";
import { DataError, OptionError } from "../../lib/base/errors.ts";
import type { SimdgradError } from "../../lib/index.ts";

const test = suite("readMnist");

const sample = ({ name }: MnistFile): Uint8Array => readFileSync(`data/mnist-sample/${name}.gz`);
const filesOf = ({ images, labels }: { images: MnistFile; labels: MnistFile }): ReadMnistFiles => ({
  images: sample(images),
  labels: sample(labels),
});
const TRAIN = filesOf(MNIST_SAMPLE_FILES.train);
const TEST = filesOf(MNIST_FILES.test);

async function refusal(work: Promise<unknown>): Promise<SimdgradError> {
  const error = await work.then(
    () => assert.unreachable("nothing was thrown"),
    (caught) => caught,
  );
  assert.not.match(error.message, "\n");
  return error;
}

test("gives the sets that loadMnist gives, of gzipped files and of plain ones, in shared memory too", async () => {
  const all = await loadMnist({ source: "sample", validation: 0 });
  const shared = (bytes: Uint8Array): Uint8Array => {
    const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
    copy.set(bytes);
    return copy;
  };
  const plain = { images: gunzipSync(TEST.images), labels: gunzipSync(TEST.labels) };
  const mixed = { images: shared(TEST.images), labels: shared(plain.labels) };
  for (const [files, expected] of [
    [TRAIN, all.train],
    [TEST, all.test],
    [plain, all.test],
    [mixed, all.test],
  ] as const) {
    // biome-ignore format: one line
    const { name, size, digest, classes, normalization, images, labels } = await readMnist(files);
    assert.is(name, expected.name.replace(" without 0 drawn with seed 0", ""));
    assert.equal([size, digest, classes], [expected.size, expected.digest, 10]);
    assert.equal(normalization, expected.normalization);
    assert.equal(images.data, expected.images.data);
    assert.equal(labels.data, expected.labels.data);
  }
});

test("takes only the set that role names, and only labels of the same images", async () => {
  assert.is((await readMnist(TEST, { role: "test" })).size, 10_000);
  const swapped = await refusal(readMnist(TRAIN, { role: "test" }));
  assert.instance(swapped, DataError);
  assert.match(swapped.message, "readMnist: images is not the original file; the SHA-256 of its content is 2889698e");
  const mixed = await refusal(readMnist({ images: TRAIN.images, labels: TEST.labels }));
  assert.match(mixed.message, "readMnist: labels is not the original file; the SHA-256 of its content is ff7bcfd4");
});

test("refuses what is damaged, too large, of another form or no bytes", async () => {
  const { images, labels } = TEST;
  const flipped = gunzipSync(images);
  flipped[100] ^= 1;
  const small = Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4]);
  const cases: [Uint8Array, RegExp][] = [
    [images.subarray(0, 1000), /^readMnist: cannot decompress images; .+\. Fetch it again\.$/],
    [
      gzipSync(new Uint8Array(60_000_000)),
      /^readMnist: cannot decompress images; it holds more than the 47040016 bytes expected\./,
    ],
    [flipped, /^readMnist: images is not the original file; .* Or it is another data set: read it with readIdx\.$/],
    [small, /^readMnist: images holds \[1, 2, 2\], expected \[60000, 28, 28\] or \[10000, 28, 28\]\./],
    [labels, /^readIdx: bad magic .* in images/],
    [new Uint8Array(0), /^readIdx: images is truncated/],
  ];
  for (const [wrong, message] of cases) {
    const error = await refusal(readMnist({ images: wrong, labels }));
    assert.instance(error, DataError);
    assert.match(error.message, message);
  }
  const wrong: [Promise<unknown>, RegExp][] = [
    [readMnist({ images } as ReadMnistFiles), /^readMnist: option labels is missing/],
    [readMnist({ images, labels: [1] as never }), /^readMnist: labels must be bytes in a Uint8Array/],
    [readMnist(TEST, { role: "validation" as "test" }), /^readMnist: role must be "train" or "test"/],
    [readMnist(TEST, { rol: "test" } as object), /^readMnist: there is no option rol; did you mean role/],
  ];
  for (const [work, message] of wrong) {
    const error = await refusal(work);
    assert.instance(error, OptionError);
    assert.match(error.message, message);
  }
});

test.run();
