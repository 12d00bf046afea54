// What people's pictures of digits are like, beside a clean drawing: each condition makes a picture of a digit of MNIST.

import type { Picture } from "../../lib/index.ts";
import { centred, digitInk, type Place, thinInk } from "./digit_ink.ts";
import { box, type Colour, grey, line, Paper, rectangle, ring } from "./paper.ts";

/** Evenly from 0 to 1, the same sequence for the same picture. */
export type Random = () => number;

export interface Condition {
  readonly group: string;
  readonly name: string;
  /** @param image 28 × 28, 0 for paper and 255 for ink */
  make(image: Uint8Array, random: Random): Picture;
}

const between = (random: Random, low: number, high: number): number => low + (high - low) * random();
const pick = <T>(random: Random, choices: readonly T[]): T => choices[Math.floor(random() * choices.length)];

const INK = grey(0.12);
const PAPER = grey(0.94);
const SIDE = 280;

/** About the middle, of the size that people write in. */
function somewhere(random: Random, side = SIDE, low = 0.6, high = 0.9): Place {
  const { left, top, size } = centred(side, between(random, low, high));
  const room = 0.08 * side;
  return { left: left + between(random, -room, room), top: top + between(random, -room, room), size };
}

function written(image: Uint8Array, random: Random, paper: Colour = PAPER, ink: Colour = INK): Paper {
  return new Paper(SIDE, SIDE, paper).put(ink, digitInk(image, somewhere(random)));
}

const clean: Condition[] = [
  {
    group: "clean",
    name: "black on white",
    make: (image, random) => written(image, random, grey(1), grey(0)).picture(),
  },
  {
    group: "clean",
    name: "white on black",
    make: (image, random) => written(image, random, grey(0), grey(1)).picture(),
  },
  {
    group: "clean",
    name: "pen on paper, 64 to 448 pixels",
    make(image, random) {
      const side = pick(random, [64, 96, 112, 448]);
      return new Paper(side, side, PAPER).put(INK, digitInk(image, somewhere(random, side))).picture();
    },
  },
];

/** All round, of so many pixels. */
function frame(paper: Paper, colour: Colour, pixels: number): Paper {
  const { width, height } = paper;
  return paper.put(colour, (x, y) => (Math.min(x, y, width - x, height - y) < pixels ? 1 : 0));
}

const framed: Condition[] = [
  {
    group: "frames and tables",
    name: "a frame of 1 to 8 pixels",
    make(image, random) {
      const shade = pick(random, [0, 0.3, 0.5, 0.7]);
      return frame(written(image, random, grey(1), grey(0)), grey(shade), pick(random, [1, 2, 4, 8])).picture();
    },
  },
  {
    group: "frames and tables",
    name: "white on black, framed",
    make: (image, random) =>
      frame(
        written(image, random, grey(0), grey(1)),
        grey(pick(random, [0.5, 0.8, 1])),
        pick(random, [1, 2, 4, 8]),
      ).picture(),
  },
  {
    group: "frames and tables",
    name: "a sheet on a dark table",
    make(image, random) {
      const side = 360;
      const [left, top] = [between(random, 10, 70), between(random, 10, 70)];
      const size = between(random, 220, 280);
      const place = { left: left + 0.1 * size, top: top + 0.1 * size, size: 0.8 * size };
      return new Paper(side, side, grey(between(random, 0.1, 0.35)))
        .put(PAPER, rectangle(left, top, left + size, top + size))
        .put(INK, digitInk(image, place))
        .add(() => 0.02 * (random() - 0.5))
        .picture();
    },
  },
  {
    group: "frames and tables",
    name: "a white card in a dark app",
    make(image, random) {
      const [width, height] = [390, 700];
      const top = between(random, 120, 240);
      const place = { left: 75, top: top + 30, size: 240 };
      const paper = new Paper(width, height, [0.09, 0.1, 0.13])
        .put([0.14, 0.16, 0.2], rectangle(0, 0, width, 56))
        .put(grey(1), rectangle(30, top, 360, top + 300));
      for (let i = 0; i < 4; i++) {
        const y = top + 340 + 30 * i;
        paper.put(grey(0.6), rectangle(40, y, 40 + between(random, 120, 300), y + 7));
      }
      return paper.put(grey(0), digitInk(image, place)).picture();
    },
  },
  {
    group: "frames and tables",
    name: "a window's screenshot",
    make(image, random) {
      const bar = between(random, 16, 40);
      const dark = random() < 0.5;
      const place = { left: 50 + between(random, -20, 20), top: bar + 25, size: 220 };
      return new Paper(320, 300, grey(1))
        .put(dark ? [0.18, 0.27, 0.31] : [0.82, 0.84, 0.86], rectangle(0, -9, 400, bar))
        .put(grey(0.75), rectangle(-9, 0, 1, 400))
        .put(grey(0.75), rectangle(319, 0, 400, 400))
        .put(grey(0.75), rectangle(0, 299, 400, 400))
        .put(grey(0), digitInk(image, place))
        .picture();
    },
  },
];

const transparent: Condition[] = [
  {
    group: "transparency",
    name: "white made transparent",
    make(image, random) {
      const hidden = pick(random, [null, grey(0), grey(1)]);
      const least = pick(random, [0.999, 0.9, 0.5]);
      return written(image, random, grey(1), grey(0))
        .clear((shade) => shade >= least, hidden)
        .picture();
    },
  },
  {
    group: "transparency",
    name: "white on black, black made transparent",
    make(image, random) {
      const hidden = pick(random, [null, grey(0), grey(1)]);
      const most = pick(random, [0.001, 0.1, 0.5]);
      return written(image, random, grey(0), grey(1))
        .clear((shade) => shade <= most, hidden)
        .picture();
    },
  },
];

const NOISE = 0.03;
const grain = (random: Random) => () => NOISE * (random() + random() - 1);

const lit: Condition[] = [
  {
    group: "uneven light",
    name: "a vignette of 20 to 40 %",
    make(image, random) {
      const loss = between(random, 0.2, 0.4);
      const far = (SIDE * SIDE) / 2;
      return written(image, random)
        .light((x, y) => 1 - (loss * ((x - SIDE / 2) ** 2 + (y - SIDE / 2) ** 2)) / far)
        .add(grain(random))
        .picture();
    },
  },
  {
    group: "uneven light",
    name: "a lamp, falling off to 0.45",
    make(image, random) {
      const [cx, cy] = [between(random, 0.2, 0.6) * SIDE, between(random, 0.1, 0.5) * SIDE];
      const far = Math.hypot(Math.max(cx, SIDE - cx), Math.max(cy, SIDE - cy));
      return written(image, random)
        .light((x, y) => 1 - 0.55 * Math.min(1, Math.hypot(x - cx, y - cy) / far))
        .add(grain(random))
        .picture();
    },
  },
  {
    group: "uneven light",
    name: "a shadow in a corner",
    make(image, random) {
      const [cx, cy] = [pick(random, [0, SIDE]), pick(random, [0, SIDE])];
      const [radius, soft] = [between(random, 0.3, 0.5) * SIDE, between(random, 6, 24)];
      const shade = between(random, 0.55, 0.75);
      return written(image, random)
        .light(
          (x, y) => shade + (1 - shade) * Math.min(1, Math.max(0, (Math.hypot(x - cx, y - cy) - radius) / soft + 0.5)),
        )
        .add(grain(random))
        .picture();
    },
  },
  {
    group: "uneven light",
    name: "a shadow's edge across",
    make(image, random) {
      const angle = between(random, 0, 2 * Math.PI);
      const [offset, soft] = [between(random, -0.25, 0.25) * SIDE, between(random, 6, 30)];
      const shade = between(random, 0.5, 0.75);
      return written(image, random)
        .light((x, y) => {
          const d = (x - SIDE / 2) * Math.cos(angle) + (y - SIDE / 2) * Math.sin(angle) - offset;
          return shade + (1 - shade) * Math.min(1, Math.max(0, d / soft + 0.5));
        })
        .add(grain(random))
        .picture();
    },
  },
  {
    group: "uneven light",
    name: "dim, noisy and blurred",
    make: (image, random) =>
      written(image, random, grey(0.75), grey(0.35))
        .light((x) => 1 - (0.3 * x) / SIDE)
        .blurred(2)
        .add(() => 0.12 * (random() + random() - 1))
        .picture(),
  },
];

const BLUE: Colour = [0.6, 0.74, 0.92];
const BLUE_INK: Colour = [0.1, 0.1, 0.35];

const lined: Condition[] = [
  {
    group: "lines, boxes, rings",
    name: "ruled paper",
    make(image, random) {
      const paper = new Paper(SIDE, SIDE, PAPER);
      const [step, width] = [between(random, 22, 40), between(random, 1, 2)];
      for (let y = between(random, 4, step); y < SIDE; y += step) paper.put(BLUE, line(-9, y, SIDE + 9, y, width));
      return paper.put(BLUE_INK, digitInk(image, somewhere(random))).picture();
    },
  },
  {
    group: "lines, boxes, rings",
    name: "squared paper",
    make(image, random) {
      const paper = new Paper(SIDE, SIDE, PAPER);
      const step = between(random, 22, 40);
      for (let at = between(random, 4, step); at < SIDE; at += step) {
        paper.put(BLUE, line(-9, at, SIDE + 9, at, 1)).put(BLUE, line(at, -9, at, SIDE + 9, 1));
      }
      return paper.put(BLUE_INK, digitInk(image, somewhere(random))).picture();
    },
  },
  {
    group: "lines, boxes, rings",
    name: "in a printed box",
    make(image, random) {
      const margin = between(random, 20, 45);
      return new Paper(SIDE, SIDE, PAPER)
        .put(INK, box(margin, margin, SIDE - margin, SIDE - margin, between(random, 1, 4)))
        .put(INK, digitInk(image, centred(SIDE, between(random, 0.55, 0.7))))
        .picture();
    },
  },
  {
    group: "lines, boxes, rings",
    name: "circled",
    make(image, random) {
      const radius = between(random, 112, 130);
      return new Paper(SIDE, SIDE, PAPER)
        .put(INK, ring(SIDE / 2, SIDE / 2, radius, between(random, 2, 6)))
        .put(INK, digitInk(image, centred(SIDE, between(random, 0.6, 0.72))))
        .picture();
    },
  },
  {
    group: "lines, boxes, rings",
    name: "a scanner's dark strip",
    make(image, random) {
      const width = between(random, 3, 20);
      const strips: [number, number, number, number][] = [[0, 0, width, SIDE], [SIDE - width, 0, SIDE, SIDE], [0, 0, SIDE, width], [0, SIDE - width, SIDE, SIDE]]; // biome-ignore format: one line
      const paper = written(image, random).put(grey(0.08), rectangle(...pick(random, strips)));
      return paper.add(grain(random)).picture();
    },
  },
  {
    group: "lines, boxes, rings",
    name: "underlined",
    make(image, random) {
      const place = centred(SIDE, between(random, 0.6, 0.75));
      const y = place.top + 0.9 * place.size + between(random, 6, 16);
      const half = between(random, 0.3, 0.45) * SIDE;
      return new Paper(SIDE, SIDE, PAPER)
        .put(INK, digitInk(image, place))
        .put(INK, line(SIDE / 2 - half, y, SIDE / 2 + half, y + between(random, -6, 6), between(random, 3, 8)))
        .picture();
    },
  },
];

const penned: Condition[] = [1, 2, 4].map((width) => ({
  group: "pens",
  name: `a pen of ${width} pixel${width === 1 ? "" : "s"}, of 280`,
  make(image, random) {
    const place = somewhere(random);
    return new Paper(SIDE, SIDE, grey(1)).put(grey(0), thinInk(image, place, SIDE, width)).picture();
  },
}));

export const CONDITIONS: readonly Condition[] = [...clean, ...framed, ...transparent, ...lit, ...lined, ...penned];
