// Teaching: drawings that the CNN misreads, taught to both networks one by one and all together, as the web app does it. What is
// read right afterwards, of the drawing itself and of others like it, and what that costs of the test digits.
//
//   npm run teaching

import { readFileSync } from "node:fs";
import process from "node:process";
import { type DigitSet, PAPER_SIDE, pictureOf, preprocessDigit, readMnist, type Stroke } from "../data/index.ts";
import { decodeCheckpoint, rand } from "../lib/index.ts";
import { Classifier, MODEL_NAMES, networkOf } from "../models/index.ts";
import { strokesOf } from "../web/draw/sample_strokes.ts";
import { type Lesson, Pupil, REPLAYED_DIGITS, type Taught } from "../web/teach/pupil.ts";
import { print } from "./print.ts";

/** By how much lines are mapped about the middle of the paper: x' = a·x + b·y, y' = c·x + d·y. */
type Map = readonly [a: number, b: number, c: number, d: number];

const turned = (degrees: number): Map => {
  const [cos, sin] = [Math.cos((degrees / 180) * Math.PI), Math.sin((degrees / 180) * Math.PI)];
  return [cos, -sin, sin, cos];
};
const PLAIN: Map = [1, 0, 0, 1];
const MIRRORED: Map = [-1, 0, 0, 1];

/** Nobody would take one of them for another digit: as children mirror them, slashed, with serifs, lying, slanted. */
const DRAWINGS: readonly [digit: number, width: number, map: Map, strokes: string][] = [
  [0, 16, PLAIN, "98 35, 60 60, 55 130, 98 162, 140 130, 140 60, 98 35 / 150 30, 45 170"],
  [0, 9, MIRRORED, "98 35, 60 60, 55 130, 98 162, 140 130, 140 60, 98 35 / 150 30, 45 170"],
  [1, 28, PLAIN, "60 80, 100 35, 100 160 / 60 160, 140 160"],
  [1, 16, turned(-28), "70 60, 100 35, 100 165, 65 165, 140 165"],
  [1, 16, PLAIN, "50 95, 105 30, 105 165"],
  [2, 16, turned(35), "60 50, 130 40, 140 80, 60 150, 50 150, 70 130, 90 150, 150 155"],
  [3, 16, MIRRORED, "49 40, 61 32, 77 30, 91 36, 96 48, 89 61, 66 75, 92 79, 102 91, 102 107, 92 121, 77 129, 47 121"],
  [3, 9, MIRRORED, "55 40, 145 40, 90 90, 135 120, 120 160, 55 160"],
  [4, 9, PLAIN, "130 165, 130 30, 40 120, 160 120"],
  [4, 16, [1, 0.6, 0, 1], "130 165, 130 30, 40 120, 160 120"],
  [4, 16, MIRRORED, "110 30, 40 130, 160 130 / 115 90, 115 170"],
  [6, 16, turned(28), "150 40, 90 80, 55 120, 70 155, 110 155, 115 130, 90 118, 62 130"],
  [
    6,
    16,
    MIRRORED,
    "123 21, 104 37, 85 61, 72 90, 67 120, 73 146, 89 162, 110 163, 128 150, 136 130, 117 99, 83 111, 72 130",
  ],
  [6, 9, MIRRORED, "60 35, 60 120, 70 155, 100 165, 125 150, 125 125, 100 115, 65 130"],
  [7, 16, MIRRORED, "85 41, 103 40, 123 38, 144 35, 152 35, 146 50, 134 71, 123 94, 114 118, 109 142"],
  [7, 16, turned(35), "50 40, 150 40, 90 165 / 75 100, 140 95"],
  [7, 9, MIRRORED, "50 40, 150 40, 90 165 / 75 100, 140 95"],
  [8, 16, PLAIN, "65 40, 130 40, 130 160, 65 160, 65 40 / 65 98, 130 98"],
  [
    9,
    16,
    MIRRORED,
    "103 78, 94 67, 80 62, 66 68, 57 82, 58 97, 67 108, 80 110, 93 101, 104 73, 104 92, 103 115, 97 164",
  ],
  [9, 16, MIRRORED, "130 40, 70 40, 70 95, 130 95, 130 40, 130 160, 70 160"],
];
/** Drawings like each of them. */
const LIKE = 10;

function mapped(strokes: readonly Stroke[], [a, b, c, d]: Map, width: number): Stroke[] {
  const M = PAPER_SIDE / 2;
  return strokes.map((stroke) =>
    stroke.map(({ x, y }) => ({
      x: M + a * (x - M) + b * (y - M),
      y: M + c * (x - M) + d * (y - M),
      width,
    })),
  );
}

/** The same lines by another hand: turned by up to 7°, 12 % wider or higher, slanted, thinner or thicker by a quarter, and shaky. */
function like(strokes: readonly Stroke[], width: number, drawing: number, i: number): Stroke[] {
  const numbers = rand([256], { seed: 0, stream: 1, step: LIKE * drawing + i }).values;
  let at = 0;
  const u = (most: number): number => most * (2 * numbers[at++] - 1);
  const [cos, , sin] = turned(u(7));
  const [sx, sy, slant] = [1 + u(0.12), 1 + u(0.12), u(0.12)];
  const map: Map = [cos * sx, cos * slant - sin * sy, sin * sx, sin * slant + cos * sy];
  const moved = mapped(strokes, map, width * (1 + u(0.25)));
  return moved.map((stroke) => stroke.map((point) => ({ ...point, x: point.x + u(3), y: point.y + u(3) })));
}

const pixelsOf = (strokes: readonly Stroke[]): Uint8Array => preprocessDigit(pictureOf(strokes)).pixels;

async function sample(role: "train" | "test"): Promise<DigitSet> {
  const bytes = (part: string) =>
    readFileSync(`data/mnist-sample/${role === "train" ? "train" : "t10k"}-${part}-ubyte.gz`);
  return readMnist({ images: bytes("images-idx3"), labels: bytes("labels-idx1") }, { role });
}

const percent = (part: number): string => `${(100 * part).toFixed(2)} %`;
const drawn = DRAWINGS.map(([digit, width, map, text]) => ({
  digit,
  width,
  strokes: mapped(strokesOf(text), map, width),
}));
const lessons: Lesson[] = drawn.map(({ digit, strokes }) => ({ digit, pixels: pixelsOf(strokes) }));
const others = drawn.map(({ strokes, width }, k) =>
  Array.from({ length: LIKE }, (_, i) => pixelsOf(like(strokes, width, k, i))),
);
const digits = { replay: (await sample("train")).take(REPLAYED_DIGITS), test: await sample("test") };

for (const name of MODEL_NAMES) {
  const shipped = readFileSync(`models/pretrained/${name}.safetensors`);
  const readerOf = (weights: Uint8Array): Classifier => {
    const network = networkOf(name).build();
    decodeCheckpoint(network, weights);
    return new Classifier(network.eval());
  };
  const countRight = (classifier: Classifier, pictures: readonly Uint8Array[], digit: number): number =>
    classifier.read(pictures).filter((answer) => answer.digit === digit).length;
  const before = readerOf(shipped);
  const rightBefore = lessons.filter(({ pixels, digit }) => before.read(pixels).digit === digit).length;
  const likeBefore = others.reduce((sum, each, k) => sum + countRight(before, each, lessons[k].digit), 0);

  const pupil = new Pupil(name, shipped, digits);
  const prepared = process.cpuUsage();
  await pupil.prepare();
  print(`${name}: ${seconds(prepared)} s to look at ${digits.replay.size} + ${digits.test.size} digits, one thread`);
  const singly: Taught[] = [];
  const started = process.cpuUsage();
  for (const lesson of lessons) singly.push(await pupil.teach([lesson]));
  const each = seconds(started, lessons.length);
  const readers = singly.map(({ weights }) => readerOf(weights));
  const right = lessons.filter(({ pixels, digit }, k) => readers[k].read(pixels).digit === digit).length;
  const likeRight = others.reduce((sum, pictures, k) => sum + countRight(readers[k], pictures, lessons[k].digit), 0);
  const accuracies = singly.map(({ accuracyAfter }) => accuracyAfter);
  const mean = accuracies.reduce((sum, one) => sum + one, 0) / accuracies.length;
  const of = `of ${lessons.length}`;
  print(`  before    ${rightBefore} ${of} right, ${likeBefore} of ${LIKE * lessons.length} like them; ${percent(singly[0].accuracyBefore)} of the test digits`); // biome-ignore format: one line
  print(`  one by one  ${right} ${of} right, ${likeRight} of ${LIKE * lessons.length} like them; ${percent(mean)} of the test digits on average, ${percent(Math.min(...accuracies))} at worst; ${each} s each`); // biome-ignore format: one line
  for (const count of [5, lessons.length]) {
    const begun = process.cpuUsage();
    // Some of each digit, not the first ones.
    const chosen = lessons.filter((_, k) => k % (lessons.length / count) === 0);
    const { accuracyAfter, unlearned } = await pupil.teach(chosen);
    print(`  ${count} together  ${count - unlearned.length} of ${count} right; ${percent(accuracyAfter)} of the test digits; ${seconds(begun)} s`); // biome-ignore format: one line
  }
}

/** Of the processor, which pauses of the process do not count for. */
function seconds(since: NodeJS.CpuUsage, parts = 1): string {
  const { user, system } = process.cpuUsage(since);
  return ((user + system) / 1e6 / parts).toFixed(2);
}
