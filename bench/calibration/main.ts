// npm run calibration: whether the networks are right as often as they are sure, and whether they know what is no digit.

import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { encodePng, loadMnist } from "../../data/index.node.ts";
import { type DigitSet, MNIST_NORMALIZATION } from "../../data/index.ts";
import {
  noGrad,
  normalizeImages,
  predict,
  reliabilityOf,
  scope,
  setThreads,
  type Tensor,
  tensor,
} from "../../lib/index.ts";
import { reliabilitySvg } from "../../lib/plot/index.ts";
import { enableRelaxedSimd } from "../../lib/runtime/relaxed_simd.node.ts";
import { type DigitLikeness, readDigitLikeness } from "../../models/index.ts";
import { type NetworkFile, readNetwork, SHIPPED } from "../network_file.ts";
import { parse, readOptions, wholeNumber } from "../options.ts";
import { print } from "../print.ts";
import { areaUnderCurve } from "./area_under_curve.ts";
import { type NonDigit, nonDigits } from "./non_digits.ts";

const USAGE = `npm run calibration -- [options]: confidence against accuracy on the test images, and what is no digit

  --checkpoints A,B  safetensors files of the networks; default: the shipped ones
  --count N          pictures that show no digit, of each kind that is drawn; default 200
  --save FOLDER      writes the reliability diagrams as SVG, and what is no digit as one PNG
  --json             the results as JSON`;

const [PIXELS, CLASSES, BATCH] = [784, 10, 256];

enableRelaxedSimd();
const options = readOptions("calibration", USAGE, (args) => {
  const text = (byDefault: string) => ({ type: "string", default: byDefault }) as const;
  const values = parse(args, {
    ...{ checkpoints: text(SHIPPED), count: text("200") },
    ...{ save: { type: "string" }, json: { type: "boolean", default: false } },
  });
  return { ...values, count: wholeNumber("count", values.count) };
});
await setThreads("auto");
const { train, test } = await loadMnist({ validation: 0 });
const others = nonDigits(train, options.count);
const kinds = [...new Set(others.map(({ kind }) => kind))];
if (options.save !== undefined) {
  mkdirSync(options.save, { recursive: true });
  writeFileSync(join(options.save, "non_digits.png"), sheetOf(others));
}
const results = options.checkpoints.split(",").map((file) => measure(readNetwork(file)));
await setThreads(1);
if (options.json) print(JSON.stringify(results));
else for (const result of results) show(result);

interface Confidence {
  temperature: number;
  accuracy: number;
  loss: number;
  /** By groups of equal width, and of equally many. */
  error: number;
  errorByMass: number;
}

interface Result {
  file: string;
  /** As the network is, and as it was before its logits were divided by the temperature. */
  after: Confidence;
  before: Confidence;
  /** A digit of each class that is read as it should be: how sure the network is of the test digits, in the middle. */
  medianConfidence: number;
  /** Null where the checkpoint holds no measure of what is a digit. */
  likeness: {
    /** Of the test digits, those that are taken for digits. */
    kept: number;
    kinds: { kind: string; count: number; area: number; energyArea: number; refused: number }[];
  } | null;
}

function measure({ file, network, metadata }: NetworkFile): Result {
  using logits = predict(network, test, { batchSize: BATCH });
  const temperature = metadata.temperature ?? 1;
  const confidence = (of: Tensor<"f32">, by: number): Confidence => {
    const { accuracy, loss, error } = reliabilityOf(of, test.labels);
    const errorByMass = reliabilityOf(of, test.labels, { by: "mass" }).error;
    return { temperature: by, accuracy, loss, error, errorByMass };
  };
  using raw = tensor(
    logits.data.map((value) => value * temperature),
    logits.shape,
  );
  if (options.save !== undefined) {
    const name = basename(file, ".safetensors");
    const svg = reliabilitySvg(reliabilityOf(logits, test.labels), { title: name, subtitle: "MNIST's test images" });
    writeFileSync(join(options.save, `reliability-${name}.svg`), svg);
  }
  const sure = rowsOf(logits.data)
    .map((row) => 1 / row.reduce((sum, value) => sum + Math.exp(value - Math.max(...row)), 0))
    .sort((a, b) => a - b);
  return {
    file,
    after: confidence(logits, 1),
    before: confidence(raw, temperature),
    medianConfidence: sure[Math.floor(sure.length / 2)],
    likeness: likenessOf(readDigitLikeness(metadata.digitLikeness), network, rowsOf(logits.data)),
  };
}

function likenessOf(
  likeness: DigitLikeness | null,
  network: NetworkFile["network"],
  digitLogits: number[][],
): Result["likeness"] {
  if (!likeness) return null;
  const digits = pixelsOf(test).map((pixels, i) => -likeness.distance(pixels, digitLogits[i]));
  const energies = digitLogits.map(energyOf);
  const read = logitsOf(
    network,
    others.map(({ pixels }) => pixels),
  );
  const scored = others.map(({ kind, pixels }, i) => ({
    kind,
    likeness: -likeness.distance(pixels, read[i]),
    energy: energyOf(read[i]),
  }));
  const rowOf = (kind: string, those: typeof scored) => ({
    kind,
    count: those.length,
    area: areaUnderCurve(
      digits,
      those.map((each) => each.likeness),
    ),
    energyArea: areaUnderCurve(
      energies,
      those.map(({ energy }) => energy),
    ),
    refused: those.filter((each) => -each.likeness > likeness.threshold).length / those.length,
  });
  return {
    kept: digits.filter((each) => -each <= likeness.threshold).length / digits.length,
    kinds: [
      ...kinds.map((kind) => rowOf(kind, scored.filter((each) => each.kind === kind))), // biome-ignore format: one line
      rowOf("all of them", scored),
    ],
  };
}

/** ln Σ exp(logit): how much evidence of any digit there is. */
function energyOf(logits: readonly number[]): number {
  const largest = Math.max(...logits);
  return largest + Math.log(logits.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}

function rowsOf(values: ArrayLike<number>): number[][] {
  return Array.from({ length: values.length / CLASSES }, (_, n) =>
    Array.from({ length: CLASSES }, (_unused, k) => values[n * CLASSES + k]),
  );
}

function pixelsOf({ images, size }: DigitSet): Uint8Array[] {
  return Array.from({ length: size }, (_, i) => images.data.subarray(i * PIXELS, (i + 1) * PIXELS) as Uint8Array);
}

function logitsOf(network: NetworkFile["network"], pictures: readonly Uint8Array[]): number[][] {
  const rows: number[][] = [];
  for (let at = 0; at < pictures.length; at += BATCH) {
    const batch = pictures.slice(at, at + BATCH);
    const bytes = new Uint8Array(batch.length * PIXELS);
    for (const [i, pixels] of batch.entries()) bytes.set(pixels, i * PIXELS);
    const x = () => normalizeImages(tensor(bytes, [batch.length, 28, 28], "u8"), MNIST_NORMALIZATION);
    rows.push(...scope(() => noGrad(() => rowsOf(network.forward(x()).values))));
  }
  return rows;
}

/** The first forty of each kind, a row each. */
function sheetOf(pictures: readonly NonDigit[]): Uint8Array {
  const [columns, side] = [40, 28];
  const [width, height] = [columns * side, kinds.length * side];
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  for (const [row, kind] of kinds.entries()) {
    const those = pictures.filter((picture) => picture.kind === kind).slice(0, columns);
    for (const [column, { pixels }] of those.entries()) {
      for (const [i, value] of pixels.entries()) {
        const at = (row * side + Math.floor(i / side)) * width + column * side + (i % side);
        data.fill(255 - value, 4 * at, 4 * at + 3);
      }
    }
  }
  return encodePng({ width, height, data });
}

function show({ file, before, after, medianConfidence, likeness }: Result): void {
  const percent = (part: number, digits = 2): string => `${(100 * part).toFixed(digits)} %`;
  const line = (name: string, ...cells: string[]): void =>
    print(`${name.padEnd(26)}${cells.map((cell) => cell.padStart(16)).join("")}`);
  print(`\n${file}: logits divided by ${before.temperature}`);
  line("MNIST's test images", "before", "as it is");
  const both = (name: string, of: (confidence: Confidence) => string): void => line(name, of(before), of(after));
  both("accuracy", ({ accuracy }) => percent(accuracy));
  both("cross-entropy", ({ loss }) => loss.toFixed(4));
  both("calibration error", ({ error }) => percent(error));
  both("of equally many", ({ errorByMass }) => percent(errorByMass));
  line("median confidence", "", percent(medianConfidence));
  if (!likeness) {
    print("it does not say what is a digit");
    return;
  }
  print(`of the test images ${percent(likeness.kept)} are taken for digits`);
  line("what is no digit", "pictures", "AUROC", "by energy alone", "refused");
  for (const { kind, count, area, energyArea, refused } of likeness.kinds) {
    line(kind, String(count), area.toFixed(4), energyArea.toFixed(4), percent(refused, 1));
  }
}
