import { readFileSync } from "node:fs";
import { createContext, runInContext, runInNewContext } from "node:vm";
import { buildSync } from "esbuild";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { MNIST_NORMALIZATION, PAPER_SIDE, pictureOf, preprocessDigit, syntheticDigits } from "../../data/index.ts";
import {
  DataError,
  Flatten,
  Linear,
  noGrad,
  normalizeImages,
  OptionError,
  Sequential,
  ShapeError,
  scope,
  softmax,
} from "../../lib/index.ts";
import { Classifier, cnn, linear } from "../../models/index.ts";
import { leaks } from "../support/leaks.ts";
import { shippedModel } from "../support/shipped_model.ts";

const test = suite("Classifier");

const PIXELS = 28 * 28;
const digits = syntheticDigits({ count: 70, seed: 3 });
const pictures = Array.from(
  { length: digits.size },
  (_, i) => digits.images.data.slice(i * PIXELS, (i + 1) * PIXELS) as Uint8Array,
);
const networks = { cnn: shippedModel("cnn").network, linear: shippedModel("linear").network };

for (const [name, network] of Object.entries(networks)) {
  test(`${name}: an answer is the softmax of the network's logits, and its largest`, () => {
    const expected = scope(() =>
      noGrad(() => softmax(network.forward(normalizeImages(digits.images, MNIST_NORMALIZATION)), -1).toArray()),
    );
    for (const [i, { digit, confidence, probabilities, warnings }] of new Classifier(network)
      .read(pictures)
      .entries()) {
      assert.equal(probabilities, (expected as number[][])[i]);
      assert.is(confidence, Math.max(...(probabilities ?? [])));
      assert.is(probabilities?.[digit ?? -1], confidence);
      assert.equal(warnings, []);
    }
  });

  test(`${name}: what it says of a picture does not depend on the pictures around it`, () => {
    const alone = pictures.map((pixels) => new Classifier(network).read(pixels).probabilities);
    for (const batchSize of [1, 3, 64, 1000]) {
      const classifier = new Classifier(network, { batchSize });
      assert.equal(classifier.read(pictures).map(({ probabilities }) => probabilities), alone); // biome-ignore format: one line
      const backwards = classifier.read([...pictures].reverse()).reverse();
      assert.equal(backwards.map(({ probabilities }) => probabilities), alone); // biome-ignore format: one line
    }
  });
}

test("a blank picture has no digit and says so, among others too; warnings are passed on", () => {
  const written = { pixels: pictures[7], warnings: ["low contrast"], isBlank: false };
  const blank = { pixels: new Uint8Array(PIXELS), warnings: ["small"], isBlank: true };
  const unread = { digit: null, confidence: null, probabilities: null, latencyMs: null, pixels: null };
  const nothing = { ...unread, isDigit: false, reason: "the picture is blank" };
  const classifier = new Classifier(networks.cnn);
  const [first, second, third] = classifier.read([blank, written, new Uint8Array(PIXELS)]);
  assert.equal(first, { ...nothing, warnings: ["small", "the picture is blank"] });
  assert.equal([second.digit, second.warnings], [7, ["low contrast"]]);
  assert.equal(third, { ...nothing, warnings: ["the picture is blank"] });
  assert.equal(classifier.read(blank), first);
  assert.equal(classifier.read([]), []);
});

test("latency is by the clock it was given, one figure a batch", () => {
  let now = 0;
  const classifier = new Classifier(networks.linear, { batchSize: 2, clock: () => 2 ** now++ });
  classifier.warmUp();
  assert.is(now, 0, "warming up is nobody's latency");
  assert.equal(classifier.read(pictures.slice(0, 3)).map(({ latencyMs }) => latencyMs), [1, 1, 4]); // biome-ignore format: one line
});

test("a network that is being trained is read in evaluation mode, and trained on", () => {
  const network = cnn({ seed: 1 });
  const classifier = new Classifier(network);
  const read = classifier.read(pictures[0]).probabilities;
  assert.equal(classifier.read(pictures[0]).probabilities, read, "dropout would differ");
  assert.ok(network.isTraining && network.children().every(([, { isTraining }]) => isTraining));
});

test("nothing stays behind in memory", () => {
  const classifier = new Classifier(networks.cnn, { batchSize: 8 });
  classifier.warmUp();
  assert.is(leaks(() => classifier.read(pictures.slice(0, 20))), 0); // biome-ignore format: one line
});

test("in a page what is drawn is read as it is in Node", () => {
  const contents = `
    import { pictureOf, preprocessDigit } from "./data/index.ts";
    import { decodeCheckpoint } from "./lib/index.ts";
    import { Classifier, cnn } from "./models/index.ts";
    export function read(bytes, strokes) {
      const network = cnn();
      decodeCheckpoint(network, bytes, "cnn.safetensors");
      return JSON.stringify(new Classifier(network, { clock: () => 0 }).read(preprocessDigit(pictureOf(strokes))));
    }`;
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: process.cwd(), loader: "ts" },
    ...{ bundle: true, write: false, format: "iife", globalName: "page", target: "es2022" },
    platform: "browser", // an import of a module of Node would be an error
  });
  const world = createContext({ TextEncoder, TextDecoder, atob });
  runInContext(outputFiles[0].text, world);
  const bytes = new Uint8Array(readFileSync(new URL("../../models/pretrained/cnn.safetensors", import.meta.url)));
  const strokes = [[0.3, 0.45, 0.6].map((x) => ({ x: x * PAPER_SIDE, y: 0.2 * PAPER_SIDE }))];
  strokes.push([0.6, 0.5, 0.45].map((x, i) => ({ x: x * PAPER_SIDE, y: (0.2 + 0.3 * i) * PAPER_SIDE })));
  const answer = JSON.parse(runInContext("page.read", world)(bytes, strokes));
  assert.is(answer.digit, 7);
  const own = new Classifier(networks.cnn, { clock: () => 0 }).read(preprocessDigit(pictureOf(strokes)));
  assert.equal(answer, JSON.parse(JSON.stringify(own)));
});

test("of several ways to read a picture the one that looks most like a digit is taken, if the picture allows it", () => {
  const classifier = new Classifier(networks.cnn);
  // Half a four and half a nine.
  const scribble = pictures[4].map((value, i) => (value + pictures[9][i]) / 2);
  const first = { pixels: scribble, warnings: ["touches"], isBlank: false };
  const other = (pixels: Uint8Array, doubt: number) => ({ pixels, warnings: ["small"], doubt });
  const likely = classifier.read({ ...first, others: [other(pictures[7], 0)] });
  assert.equal([likely.digit, likely.warnings], [7, ["small"]]);
  assert.is(likely.pixels, pictures[7]);
  const unlikely = classifier.read({ ...first, others: [other(pictures[7], 5)] });
  assert.is(unlikely.pixels, scribble);
  // Two that are as good: the answer says so.
  const { digit, warnings } = classifier.read({ ...first, pixels: pictures[3], others: [other(pictures[7], 0.1)] });
  assert.equal([digit, warnings], [3, ["touches", "it may also be a 7, by other ink on the picture"]]);
  // Neither changes what is said of the pictures around it.
  const [before, , after] = classifier.read([
    pictures[1],
    { ...first, others: [other(pictures[7], 0.2)] },
    pictures[2],
  ]);
  assert.equal([before.digit, after.digit], [1, 2]);
});

test("what is no picture of 28×28 bytes is refused with its place; bytes of another realm are taken", () => {
  const classifier = new Classifier(networks.linear);
  const refused: [unknown, RegExp][] = [
    [new Uint8Array(783), /got a Uint8Array of 783 at index 1\. preprocessDigit makes/],
    [new Float32Array(PIXELS), /got a Float32Array of 784 at index 1\./],
    [new Int8Array(PIXELS), /got an Int8Array of 784 at index 1\./],
    [{ pixels: Array(PIXELS).fill(0), warnings: [], isBlank: false }, /got \[0, 0, 0.*… of 784 at index 1\./],
    [{}, /got {} at index 1\./],
  ];
  for (const [wrong, message] of refused) {
    assert.throws(
      () => classifier.read([pictures[0], wrong as Uint8Array]),
      (error: unknown) => error instanceof ShapeError && message.test(error.message),
      `${message}`,
    );
  }
  const foreign = runInNewContext("new Uint8Array(784).fill(9)") as Uint8Array;
  assert.equal(classifier.read(foreign).probabilities, classifier.read(new Uint8Array(PIXELS).fill(9)).probabilities);
});

test("a network that reads no digits, or whose weights are damaged, and an invalid batch size are refused", () => {
  const eleven = new Sequential({ flatten: new Flatten(), fc: new Linear(784, 11) }, { seed: 1 });
  const damaged = linear({ seed: 1 });
  damaged.parameters()[0].data.fill(Number.NaN);
  const thrown = (run: () => unknown, type: new (...args: never[]) => Error, message: RegExp): void =>
    assert.throws(run, (error: unknown) => error instanceof type && message.test(error.message), `${message}`);
  thrown(() => new Classifier(eleven).read(pictures), ShapeError, /must give ten logits .* gave \[64, 11\] for 64\./);
  thrown(() => new Classifier(damaged).read(pictures), DataError, /gives NaN for picture 0; its weights are damaged/);
  const tooLarge = linear({ seed: 1 });
  tooLarge.parameters()[0].data.fill(3e38);
  thrown(() => new Classifier(tooLarge).read(pictures), DataError, /gives -?Infinity for picture 0; its weights/);
  const [weight, bias] = linear({ seed: 1 }).parameters();
  const oneOut = new Sequential({ flatten: new Flatten(), fc: Object.assign(new Linear(784, 10), { weight, bias }) });
  bias.data[3] = Number.NEGATIVE_INFINITY;
  thrown(() => new Classifier(oneOut).read(pictures), DataError, /gives -Infinity for picture 0/);
  for (const batchSize of [0, 1.5, Number.NaN]) {
    thrown(() => new Classifier(damaged, { batchSize }), OptionError, /batchSize must be an integer ≥ 1/);
  }
  thrown(
    () => new Classifier(damaged, { batch: 4 } as never),
    OptionError,
    /no option batch; did you mean batchSize\?/,
  );
  thrown(() => new Classifier("cnn" as never), OptionError, /network must be a Module; got "cnn"\./);
});

test.run();
