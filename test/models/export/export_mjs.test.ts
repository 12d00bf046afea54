import { gzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadMnistTest } from "../../../data/index.node.ts";
import { syntheticDigits } from "../../../data/index.ts";
import {
  Conv2d,
  type Dataset,
  Flatten,
  Linear,
  noGrad,
  OptionError,
  ReLU,
  Sequential,
  scope,
  softmax,
  weightsDigest,
} from "../../../lib/index.ts";
import { type ExportableModel, exportMjs } from "../../../models/export/index.ts";
import { Classifier, cnn, readCheckpointMetadata } from "../../../models/index.ts";
import { calibratedModel } from "../../support/calibrated_model.ts";
import { type ExportedModule, imported, isolated } from "../../support/exported_module.ts";
import { shippedModel } from "../../support/shipped_model.ts";

const test = suite("export to a module");

const NAMES = ["cnn", "linear"] as const;
const PIXELS = 28 * 28;
/** What is promised of logits; between kernels that round differently about a tenth of it occurs. */
const TOLERANCE = 1e-4;

const shipped = { cnn: shippedModel("cnn"), linear: shippedModel("linear") };
const withNetwork = (network: Sequential): ExportableModel => ({
  ...shipped.cnn,
  network: network.eval() as Sequential,
});

/** The largest difference from the library's logits and probabilities, and how many answers are the label. */
function compare({ predict }: ExportedModule, network: Sequential, digits: Dataset) {
  const { images, labels } = digits;
  const result = { logits: 0, probabilities: 0, right: 0 };
  let i = 0;
  for (const { x } of digits.batches({ batchSize: 100 })) {
    scope(() =>
      noGrad(() => {
        const logits = network.forward(x);
        const expected = { logits: logits.data, probabilities: softmax(logits).data };
        for (let row = 0; row < x.shape[0]; row++, i++) {
          const found = predict(images.data.slice(i * PIXELS, (i + 1) * PIXELS));
          if (found.digit === labels.data[i]) result.right++;
          for (const what of ["logits", "probabilities"] as const) {
            found[what].forEach((value, k) => {
              result[what] = Math.max(result[what], Math.abs(value - expected[what][10 * row + k]));
            });
          }
        }
      }),
    );
  }
  assert.is(i, digits.size);
  return result;
}

for (const name of NAMES) {
  const loaded = shipped[name];
  const bytes = exportMjs(loaded);

  test(`${name}: imported from a file, it gives the library's logits on synthetic digits`, async () => {
    const digits = syntheticDigits({ count: 300, seed: 1 });
    const { logits, probabilities, right } = compare(await imported(bytes), loaded.network, digits);
    assert.ok(logits > 0 && logits <= TOLERANCE, `logits differ by ${logits}`);
    assert.ok(probabilities <= TOLERANCE, `probabilities differ by ${probabilities}`);
    assert.ok(right > 200, `${right} of 300 are right`);
  });

  test(`${name}: and on all 10,000 test images of MNIST, with the accuracy that it states`, async () => {
    const { test: digits } = await loadMnistTest();
    const module = await imported(bytes);
    const { logits, right } = compare(module, loaded.network, digits);
    console.log(`\n${name}: max |Δ logit| ${logits.toExponential(2)}, ${right} of ${digits.size} right`);
    assert.is(digits.size, 10_000);
    assert.ok(logits <= TOLERANCE, `logits differ by ${logits}`);
    assert.is(right / digits.size, module.model.testAccuracy);
  });

  test(`${name}: it needs nothing of its host but WebAssembly and atob`, () => {
    const digits = syntheticDigits({ count: 20, seed: 2 });
    const { logits } = compare(isolated(bytes, { canCompile: true }), loaded.network, digits);
    assert.ok(logits <= TOLERANCE, `logits differ by ${logits}`);
  });

  test(`${name}: where compiling WebAssembly is forbidden, it computes the same in JavaScript`, () => {
    const digits = syntheticDigits({ count: 40, seed: 3 });
    const plain = isolated(bytes, { canCompile: false });
    const { logits } = compare(plain, loaded.network, digits);
    assert.ok(logits <= TOLERANCE, `logits differ by ${logits}`);
    const picture = digits.images.data.slice(0, PIXELS);
    const withKernels = isolated(bytes, { canCompile: true }).predict(picture);
    assert.not.equal([...plain.predict(picture).logits], [...withKernels.logits], "both are the same code");
  });

  test(`${name}: its first lines say what it is, how to use it, from which weights, and the licence`, () => {
    const text = new TextDecoder().decode(bytes);
    const header = text.slice(0, text.indexOf("\n\n"));
    assert.ok(header.split("\n").every((line) => line.startsWith("//")));
    for (const part of [
      "Reads handwritten digits",
      "import { predict, model }",
      weightsDigest(loaded.network),
      "MIT",
    ]) {
      assert.ok(header.includes(part), `no ${part} in:\n${header}`);
    }
    assert.match(text, /Permission is hereby granted, free of charge/);
  });

  test(`${name}: the same weights give the same bytes, and the bytes hold no path`, () => {
    const again = exportMjs(shippedModel(name));
    assert.equal(Buffer.compare(again, bytes), 0);
    const elsewhere = { ...loaded, path: "/elsewhere/model.safetensors" };
    assert.equal(Buffer.compare(exportMjs(elsewhere), bytes), 0);
  });
}

test("the CNN takes at most 700 KB, and 500 KB gzipped; the linear one a tenth of that, and 14 KB where it tells digits from others", () => {
  const [large, small] = NAMES.map((name) => exportMjs(shipped[name]));
  const sizes = [large, small].flatMap((bytes) => [bytes.length, gzipSync(bytes).length]);
  console.log(`\nbytes, gzipped: cnn ${sizes[0]}, ${sizes[1]}; linear ${sizes[2]}, ${sizes[3]}`);
  assert.ok(sizes[0] <= 700_000 && sizes[1] <= 500_000, `${sizes}`);
  const judging = shipped.linear.metadata.digitLikeness === null ? 0 : 14_000;
  assert.ok(sizes[2] <= 70_000 + judging && sizes[3] <= 50_000 + judging, `${sizes}`);
});

test("pixels may be an array, bytes or floats, and an answer lists ten probabilities that sum to 1", async () => {
  const { predict } = await imported(exportMjs(shipped.cnn));
  const bytes = syntheticDigits({ count: 1, seed: 4 }).images.data.slice();
  const answer = predict(bytes);
  assert.equal(predict([...bytes]), answer);
  assert.equal(predict(Float32Array.from(bytes)), answer);
  assert.equal([answer.logits.length, answer.probabilities.length], [10, 10]);
  assert.ok(Math.abs(answer.probabilities.reduce((sum, p) => sum + p, 0) - 1) < 1e-15 * 10);
  assert.is(answer.digit, answer.probabilities.indexOf(Math.max(...answer.probabilities)));
});

test("a picture of another size, or with values that are no pixels, is refused in one line", async () => {
  const { predict } = await imported(exportMjs(shipped.linear));
  const refusal = (pixels: ArrayLike<number>): string => {
    try {
      predict(pixels);
    } catch (error) {
      assert.instance(error, RangeError);
      return (error as Error).message;
    }
    return "none";
  };
  assert.match(refusal(new Uint8Array(783)), /^predict: a picture has 784 pixels; got 783\. .*$/);
  for (const wrong of [-1, 256, Number.NaN, Number.POSITIVE_INFINITY]) {
    const pixels = new Array(PIXELS).fill(0);
    pixels[5] = wrong;
    assert.is(refusal(pixels), `predict: pixels go from 0 for paper to 255 for ink; got ${wrong} at index 5.`);
  }
  assert.match(refusal(undefined as never), /got undefined/);
});

test("what a checkpoint says of itself arrives as it is, and can neither run nor end a script", async () => {
  const dataset = '</script><!-- \u2028"; throw 1; //\n*/';
  const loaded = { ...shipped.linear, metadata: readCheckpointMetadata({ dataset, test_accuracy: "1e9" }) };
  const bytes = exportMjs(loaded);
  const { model } = await imported(bytes);
  assert.is(model.checkpoint.dataset, dataset);
  assert.is(model.testAccuracy, null);
  const text = new TextDecoder().decode(bytes);
  assert.not.match(text, /<\/script|<!--|\u2028/i);
  assert.match(text, /Its test accuracy was not recorded/);
  const measured = new TextDecoder().decode(
    exportMjs({ ...loaded, metadata: readCheckpointMetadata({ dataset, test_accuracy: "0.5" }) }),
  );
  const head = measured.slice(0, measured.indexOf("\n\n"));
  assert.match(head, / 50\.00 % of .* images right\.$/m);
  assert.not.match(head, /[<\u2028\u2029]/);
});

test("networks of other widths are exported too", async () => {
  const network = new Sequential(
    { flatten: new Flatten(), fc1: new Linear(784, 33), relu: new ReLU(), fc2: new Linear(33, 10, { bias: false }) },
    { seed: 1 },
  );
  const digits = syntheticDigits({ count: 20, seed: 5 });
  const { logits } = compare(await imported(exportMjs(withNetwork(network))), network, digits);
  assert.ok(logits <= TOLERANCE, `logits differ by ${logits}`);
});

test("a layer for which there is no code is refused, by name", () => {
  const { relu1, ...others } = Object.fromEntries(cnn().children());
  const cases: [Sequential, RegExp][] = [
    [new Sequential({ conv: new Conv2d(1, 8, 5), ...others }), /for conv, a Conv2d on \[28, 28, 1\]/],
    [new Sequential({ ...others }), /for conv1, a Conv2d on \[28, 28, 1\]/],
    [new Sequential({ flatten: new Flatten(), relu1 }), /for relu1, a ReLU on \[1, 1, 784\]/],
    [new Sequential({ flatten: new Flatten(), fc: new Linear(784, 11) }), /does not end in ten logits/],
    [new Sequential({}), /does not end in ten logits/],
  ];
  for (const [network, message] of cases) {
    assert.throws(
      () => exportMjs(withNetwork(network)),
      (error: unknown) => error instanceof OptionError && message.test(error.message),
      `${message}`,
    );
  }
});

test("where the network gives no finite numbers, the module throws, and reads no digit", () => {
  const pixels = new Uint8Array(PIXELS).fill(200);
  const damage: [keyof typeof shipped, (network: Sequential) => void][] = [
    ["linear", (network) => network.parameters()[0].data.fill(3e38)],
    ["linear", (network) => network.parameters()[1].data.fill(Number.NaN, 3, 4)],
    ["cnn", (network) => network.parameters()[0].data.fill(3e38)],
    ["cnn", (network) => network.namedBuffers().map(([name, { data }]) => /var$/.test(name) && data.fill(-1))],
  ];
  for (const [name, spoil] of damage) {
    const model = shippedModel(name);
    spoil(model.network as Sequential);
    const bytes = exportMjs(model);
    for (const canCompile of [true, false]) {
      const { predict } = isolated(bytes, { canCompile });
      assert.throws(
        () => predict(pixels),
        /^predict: the network gives (NaN|-?Infinity); its weights are damaged, or their/,
      );
    }
  }
});

test("a calibrated checkpoint's module judges as the library does what is a digit, and says how far it is from one", async () => {
  const calibrated = await calibratedModel("linear");
  const classifier = new Classifier(calibrated.network, { likeness: calibrated.likeness });
  const module = await imported(exportMjs(calibrated));
  const { images } = syntheticDigits({ count: 40, seed: 9 });
  const pictures = Array.from({ length: 40 }, (_, i) => images.data.slice(i * PIXELS, (i + 1) * PIXELS) as Uint8Array);
  pictures.push(Uint8Array.from({ length: PIXELS }, (_, i) => ((i * 97 + (i >> 3) * 31) % 2 ? 255 : 0)));
  const verdicts = new Set<boolean | null>();
  for (const pixels of pictures) {
    const found = module.predict(pixels);
    const { isDigit, reason } = classifier.read(pixels);
    assert.equal([found.isDigit, found.reason], [isDigit, reason]);
    assert.is((found.distance ?? 0) <= (found.threshold ?? 0), isDigit);
    assert.is(found.threshold, calibrated.likeness.threshold);
    const expected = calibrated.likeness.distance(pixels, found.logits);
    assert.ok(Math.abs((found.distance ?? 0) - expected) <= 1e-3 * Math.abs(expected));
    verdicts.add(isDigit);
  }
  assert.is(verdicts.size, 2, "digits, and what is none");
  assert.is(isolated(exportMjs(calibrated), { canCompile: false }).predict(pictures[40]).isDigit, false);
});

test("a module of a checkpoint that does not say, or says nonsense, judges nothing", async () => {
  const pixels = new Uint8Array(PIXELS).fill(9);
  for (const digitLikeness of [null, "AAAA"]) {
    const model = { ...shipped.linear, metadata: { ...shipped.linear.metadata, digitLikeness } };
    const { isDigit, reason, distance, threshold } = (await imported(exportMjs(model))).predict(pixels);
    assert.equal([isDigit, reason, distance, threshold], [null, null, null, null]);
  }
});

test.run();
