// What people show a reader of digits that is none: letters, punctuation, smileys, scribbles, arrows, textures, two digits.
// All are made here, and go through the preprocessing as any picture does. No threshold is ever chosen by them.

import { type DigitSet, PAPER_SIDE, type Point, pictureOf, preprocessDigit, type Stroke } from "../../data/index.ts";
import { type Picture, rand } from "../../lib/index.ts";
import { glyph, loadFonts } from "./glyphs.ts";

export interface NonDigit {
  readonly kind: string;
  readonly pixels: Uint8Array;
}

/** All but those that have the shape of a digit: O I l S Z B g q, and o i s z, which are they but for their size. */
const LETTERS = "ACDEFGHJKLMNPQRTUVWXYabcdefhjkmnprtuvwxy";
const PUNCTUATION = "?!#%&*+=@~^;:<>{}[]$€§¶©½";
const SEED = 20_000;
const PIXELS = 784;
/** The pen's width, in terms of the paper: thin to thick. */
const [THIN, THICK] = [8, 20];

type Random = (low: number, high: number) => number;

/** @param count of each kind that is drawn; letters and punctuation are as many as there are in the fonts */
export function nonDigits(digits: DigitSet, count: number): NonDigit[] {
  const random = randomOf(SEED);
  const many = (make: () => Picture): Picture[] => Array.from({ length: count }, make);
  const strokes = (draw: (random: Random) => Point[][]) => () => pictureOf(withWidth(draw(random), random));
  const kinds: Record<string, Picture[]> = {
    letters: charactersOf(LETTERS),
    punctuation: charactersOf(PUNCTUATION),
    smileys: many(strokes(smiley)),
    scribbles: many(strokes(scribble)),
    arrows: many(strokes(arrow)),
    textures: many(() => texture(random)),
    "two digits": many(() => twoDigits(digits, random)),
  };
  return Object.entries(kinds).flatMap(([kind, pictures]) =>
    pictures.flatMap((picture) => {
      const { pixels, isBlank } = preprocessDigit(picture);
      return isBlank ? [] : [{ kind, pixels }];
    }),
  );
}

function randomOf(seed: number): Random {
  const drawn = rand([400_000], { seed });
  const values = drawn.data.slice();
  drawn.dispose();
  let at = 0;
  return (low, high) => low + (high - low) * values[at++ % values.length];
}

function charactersOf(characters: string): Picture[] {
  return loadFonts().flatMap((font) => [...characters].flatMap((character) => glyph(font, character) ?? []));
}

function withWidth(lines: readonly Point[][], random: Random): Stroke[] {
  const width = random(THIN, THICK);
  return lines.map((line) => line.map((point) => ({ ...point, width })));
}

/** A circle is drawn from anywhere, and never closes quite. */
function circle(x: number, y: number, radius: number, random: Random): Point[] {
  const begin = random(0, 2 * Math.PI);
  return Array.from({ length: 17 }, (_, i) => {
    const angle = begin + (i / 16) * 2 * Math.PI;
    const r = radius * random(0.95, 1.05);
    return { x: x + r * Math.cos(angle), y: y + r * Math.sin(angle) };
  });
}

const MIDDLE = PAPER_SIDE / 2;

function smiley(random: Random): Point[][] {
  const r = random(50, 75);
  const eyes = random(0.25, 0.4) * r;
  const mouth = random(-0.3, 0.4) * r;
  const eye = (x: number): Point[] => [
    { x: MIDDLE + x, y: MIDDLE - 0.3 * r },
    { x: MIDDLE + x, y: MIDDLE - 0.3 * r + random(0, 0.2) * r },
  ];
  const smile = [-0.5, 0, 0.5].map((x) => ({ x: MIDDLE + x * r, y: MIDDLE + 0.4 * r + (x === 0 ? mouth : 0) }));
  return [circle(MIDDLE, MIDDLE, r, random), eye(-eyes), eye(eyes), smile];
}

function scribble(random: Random): Point[][] {
  const points = Math.round(random(9, 30));
  return [Array.from({ length: points }, () => ({ x: random(30, 166), y: random(30, 166) }))];
}

function arrow(random: Random): Point[][] {
  const angle = random(0, 2 * Math.PI);
  const [length, head, spread] = [random(50, 75), random(25, 50), random(0.5, 0.9)];
  const at = (distance: number, turn: number, from: Point): Point => ({
    x: from.x + distance * Math.cos(turn),
    y: from.y + distance * Math.sin(turn),
  });
  const tip = at(length, angle, { x: MIDDLE, y: MIDDLE });
  const tail = at(-length, angle, { x: MIDDLE, y: MIDDLE });
  const barbs = [at(-head, angle + spread, tip), tip, at(-head, angle - spread, tip)];
  return [[tail, tip], barbs.slice(0, 2), barbs.slice(1)];
}

/** Stripes, checks, dots, grain or clouds, on all of a picture. */
function texture(random: Random): Picture {
  const side = 56;
  const kind = Math.floor(random(0, 5));
  const [period, angle, shift] = [random(5, 16), random(0, Math.PI), random(0, 6)];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const waves = Array.from({ length: 6 }, () => [random(-0.4, 0.4), random(-0.4, 0.4), random(0, 6)]);
  const shade = (x: number, y: number): number => {
    const [u, v] = [(x * cos + y * sin + shift) / period, (y * cos - x * sin + shift) / period];
    if (kind === 0) return (u - Math.floor(u)) * 2 < 1 ? 1 : 0;
    if (kind === 1) return (Math.floor(u) + Math.floor(v)) % 2 === 0 ? 1 : 0;
    if (kind === 2) return Math.hypot(u - Math.floor(u) - 0.5, v - Math.floor(v) - 0.5) < 0.3 ? 1 : 0;
    if (kind === 3) return random(0, 1);
    return waves.reduce((sum, [a, b, c]) => sum + Math.sin(a * x + b * y + c), 0) > 0 ? 1 : 0;
  };
  const data = new Uint8ClampedArray(4 * side * side).fill(255);
  for (let at = 0; at < side * side; at++) {
    data.fill(255 * (1 - shade(at % side, Math.floor(at / side))), 4 * at, 4 * at + 3);
  }
  return { width: side, height: side, data };
}

/** Beside or below each other, so near that they touch: one piece of ink. */
function twoDigits({ images, size }: DigitSet, random: Random): Picture {
  const ink = (): number[][] => {
    const at = Math.floor(random(0, size)) * PIXELS;
    return Array.from({ length: 28 }, (_, i) => Array.from(images.data.subarray(at + 28 * i, at + 28 * i + 28)));
  };
  const turned = (rows: number[][]): number[][] => rows[0].map((_, j) => rows.map((row) => row[j]));
  const isStacked = random(0, 1) < 0.3;
  const [left, right] = [ink(), ink()].map((each) => (isStacked ? turned(each) : each));
  // The second comes as near as it can before a row has ink of both.
  const gaps = left.map((row, i) => {
    const end = row.reduce((last, value, j) => (value > 127 ? j : last), -100);
    const begin = right[i].findIndex((value) => value > 127);
    return begin < 0 || end < 0 ? 100 : 28 + begin - end;
  });
  const nearest = Math.min(...gaps) - 1;
  const width = 56 + 2 * 4;
  const rows = Array.from({ length: 36 }, () => new Array<number>(width).fill(0));
  for (let i = 0; i < 28; i++) {
    for (let j = 0; j < 28; j++) {
      const [y, x] = [i + 4, j + 4];
      rows[y][x] = Math.max(rows[y][x], left[i][j]);
      rows[y][x + 28 - nearest] = Math.max(rows[y][x + 28 - nearest] ?? 0, right[i][j]);
    }
  }
  const whole = isStacked ? turned(rows) : rows;
  const data = new Uint8ClampedArray(4 * 36 * width).fill(255);
  whole.flat().forEach((value, at) => {
    data.fill(255 - value, 4 * at, 4 * at + 3);
  });
  return { width: whole[0].length, height: whole.length, data };
}
