// npm run pictures: how the shipped CNN reads pictures as people take them. Each is made of one of MNIST's test digits, of those
// that the network reads as they are in MNIST: what is measured is what becomes of a picture on its way to the network.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { enableRelaxedSimd, encodePng, loadMnistTest } from "../../data/index.node.ts";
import { preprocessDigit } from "../../data/index.ts";
import type { Picture } from "../../lib/index.ts";
import { Classifier, readDigitLikeness } from "../../models/index.ts";
import { shippedModel } from "../../test/support/shipped_model.ts";
import { parse, readOptions, wholeNumber } from "../options.ts";
import { print } from "../print.ts";
import { CONDITIONS, type Condition } from "./conditions.ts";
import { randomOf } from "./random.ts";

const USAGE = `npm run pictures -- [options]: how pictures as people take them are read

  --count N      pictures of each condition; default 100
  --only TEXT    conditions whose name or group holds this
  --enlarge N    each pixel of a picture N times as wide and high: 4 is about what a camera's picture is reduced to; default 1
  --save FOLDER  writes the pictures that are misread, as PNG files
  --json         the results as JSON`;

const PIXELS = 784;

interface Row {
  readonly group: string;
  readonly name: string;
  readonly pictures: number;
  readonly right: number;
  /** Misread, but something was said that makes the answer doubtful. */
  readonly warned: number;
  readonly silent: number;
  /** Processor time that the preprocessing of one takes, when it has seen them all before. */
  readonly ms: number;
}

enableRelaxedSimd();
const options = readOptions("pictures", USAGE, (args) => {
  const { count, enlarge, only, save, json } = parse(args, {
    count: { type: "string", default: "100" },
    enlarge: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    save: { type: "string" },
    json: { type: "boolean", default: false },
  });
  return { count: wholeNumber("count", count), enlarge: wholeNumber("enlarge", enlarge), only, save, json };
});
const { network, metadata } = shippedModel("cnn");
const classifier = new Classifier(network, { likeness: readDigitLikeness(metadata.digitLikeness) });
const digits = await readDigits(options.count);
if (options.save !== undefined) mkdirSync(options.save, { recursive: true });
const rows = CONDITIONS.filter(({ group, name }) => `${group} ${name}`.includes(options.only)).map(measure);
if (options.json) print(JSON.stringify(rows));
else printTable(rows);

interface Sample {
  readonly image: Uint8Array;
  readonly label: number;
}

/** The first of MNIST's test digits that are read right as they are, as many of each class. */
async function readDigits(count: number): Promise<Sample[]> {
  const { test } = await loadMnistTest({ source: "sample" });
  const images = test.images.data as Uint8Array;
  const left = Array<number>(10).fill(Math.ceil(count / 10));
  const samples: Sample[] = [];
  for (let i = 0; samples.length < count && i < test.labels.data.length; i++) {
    const label = test.labels.data[i];
    const image = images.subarray(i * PIXELS, (i + 1) * PIXELS);
    if (left[label] === 0 || classifier.read(image).digit !== label) continue;
    left[label]--;
    samples.push({ image, label });
  }
  return samples;
}

function measure({ group, name, make }: Condition): Row {
  let [right, warned, silent] = [0, 0, 0];
  const random = randomOf(name);
  const pictures = digits.map(({ image }) => enlarged(make(image, random), options.enlarge));
  for (const [i, { label }] of digits.entries()) {
    const picture = pictures[i];
    const { digit, warnings, isDigit } = classifier.read(preprocessDigit(picture));
    if (digit === label) right++;
    else {
      if (warnings.length > 0 || isDigit === false) warned++;
      else silent++;
      const file = `${name.replace(/\W+/g, "_")}-${i}-${label}-as-${digit ?? "blank"}.png`;
      if (options.save !== undefined) writeFileSync(join(options.save, file), encodePng(picture));
    }
  }
  const { user, system } = process.cpuUsage();
  for (const picture of pictures) preprocessDigit(picture);
  const after = process.cpuUsage({ user, system });
  const ms = (after.user + after.system) / 1000 / pictures.length;
  return { group, name, pictures: digits.length, right, warned, silent, ms };
}

function enlarged({ width, height, data }: Picture, times: number): Picture {
  if (times === 1) return { width, height, data };
  const from = new Uint32Array(data.slice().buffer);
  const to = new Uint32Array(from.length * times * times);
  const columns = width * times;
  for (let i = 0; i < to.length; i++) {
    const row = Math.floor(i / columns);
    to[i] = from[Math.floor(row / times) * width + Math.floor((i - row * columns) / times)];
  }
  return { width: columns, height: height * times, data: new Uint8ClampedArray(to.buffer) };
}

function printTable(table: readonly Row[]): void {
  const line = (name: string, ...cells: string[]): string =>
    name.padEnd(42) + cells.map((cell) => cell.padStart(9)).join("");
  const share = (part: number, all: number): string => `${((100 * part) / all).toFixed(1)} %`;
  print(line("", "right", "warned", "silent", "ms"));
  let last = "";
  for (const { group, name, pictures, right, warned, silent, ms } of table) {
    if (group !== last) print(`${group}`);
    last = group;
    print(line(`  ${name}`, ...[right, warned, silent].map((part) => share(part, pictures)), ms.toFixed(2)));
  }
}
