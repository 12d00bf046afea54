// JPEG, whose segments are changed one by one: frames, tables, scans, Exif, their order and number; and pixels as they are coded.
//
// Garbage: a picture of another size than its frame and its orientation say, or one that is not opaque.

import { readFileSync } from "node:fs";
import { decodePicture } from "../../../data/index.node.ts";
import { DataError, type Picture } from "../../../lib/index.ts";
import { concat, mutateBytes } from "../mutate_bytes.ts";
import type { Random } from "../random.ts";
import type { FuzzTarget } from "../target.ts";

/** Small, since a picture of many pixels takes its time, which a thread gives it. */
const MAX_PIXELS = 20_000;
const FILES = ["grey", "progressive", "full_colours", "held_6", "cmyk", "coded/restarts", "coded/progressive_bits"].map(
  (name) => new Uint8Array(readFileSync(new URL(`../../fixtures/jpeg/${name}.jpg`, import.meta.url))),
);

export const target: FuzzTarget<Picture> = {
  name: "jpeg",
  errors: [DataError],
  mutate: (random) => {
    const file = random.pick(FILES);
    if (random.oneIn(4)) return mutateBytes(random, file);
    const segments = segmentsOf(file);
    for (let n = random.between(1, 3); n > 0; n--) random.pick(CHANGES)(random, segments);
    const end = random.oneIn(20) ? [] : [0xff, 0xd9];
    return concat(Uint8Array.of(0xff, 0xd8), ...segments.map(written), Uint8Array.from(end));
  },
  read: (input) => decodePicture(input, "the file", { maxPixels: MAX_PIXELS, maxSide: maxSideOf(input) }),
  garbage: ({ width, height, data }, input) => {
    const maxSide = maxSideOf(input);
    const sizes = framesOf(input).flatMap((sides) => {
      const [w, h] = smaller(sides, maxSide);
      return [`${w} × ${h}`, `${h} × ${w}`];
    });
    if (!sizes.includes(`${width} × ${height}`)) return `${width} × ${height} of frames of ${sizes.join(", ")}`;
    if (data.length !== 4 * width * height) return `${data.length} bytes for ${width} × ${height}`;
    return data.every((value, i) => i % 4 !== 3 || value === 255) ? null : "a picture that is not opaque";
  },
  describe: ({ width, height }) => `${width} × ${height}`,
  leastRefusals: 20,
};

/** A marker, what its segment holds, and the coded pixels behind it, of a scan. */
interface Segment {
  marker: number;
  content: Uint8Array;
  pixels: Uint8Array;
}

const APP1 = 0xe1;
const SCAN = 0xda;
const isFrame = ({ marker }: Segment): boolean => marker >= 0xc0 && marker <= 0xc2;

/** Of a file that is in order. */
function segmentsOf(file: Uint8Array): Segment[] {
  const segments: Segment[] = [];
  for (let at = 2; file[at + 1] !== 0xd9; ) {
    const marker = file[at + 1];
    const end = at + 2 + ((file[at + 2] << 8) | file[at + 3]);
    let next = end;
    while (marker === SCAN && !(file[next] === 0xff && file[next + 1] !== 0 && (file[next + 1] & 0xf8) !== 0xd0))
      next++;
    segments.push({ marker, content: file.slice(at + 4, end), pixels: file.slice(end, next) });
    at = next;
  }
  return segments;
}

function written({ marker, content, pixels }: Segment): Uint8Array {
  const length = (content.length + 2) & 0xffff;
  return concat(Uint8Array.of(0xff, marker, length >> 8, length & 255), content, pixels);
}

type Change = (random: Random, segments: Segment[]) => void;

/** Of one segment that there is, if any. */
const inOne =
  (isOne: (segment: Segment) => boolean, change: (random: Random, segment: Segment) => void): Change =>
  (random, segments) => {
    const those = segments.filter(isOne);
    if (those.length > 0) change(random, random.pick(those));
  };

const CHANGES: readonly Change[] = [
  // Sides, depth, number of components, and how they are sampled.
  inOne(isFrame, (random, { content }) => {
    const side = random.oneIn(4) ? random.edge() & 0xffff : random.between(1, 130);
    const at = random.pick([1, 3]);
    content[at] = side >> 8; // A frame that another change made too short takes nothing.
    content[at + 1] = side & 255;
  }),
  inOne(isFrame, (random, { content }) => {
    content[random.below(content.length)] = random.oneIn(2)
      ? random.pick([0, 1, 2, 3, 4, 8, 0x11, 0x22, 0x41, 255])
      : random.next() & 255;
  }),
  inOne(isFrame, (random, segment) => {
    segment.marker = random.pick([0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc9, 0xca, 0xcf]);
  }),
  // Which components a scan has, with which tables, of which coefficients and bits.
  inOne(
    ({ marker }) => marker === SCAN,
    (random, { content }) => {
      content[random.below(content.length)] = random.pick([0, 1, 2, 3, 4, 5, 16, 17, 63, 64, random.next() & 255]);
    },
  ),
  inOne(
    ({ marker }) => marker === SCAN,
    (random, segment) => {
      segment.pixels = random.oneIn(8) ? new Uint8Array(0) : mutateBytes(random, segment.pixels);
    },
  ),
  // Restart markers, in order or not.
  inOne(
    ({ marker }) => marker === SCAN,
    (random, segment) => {
      const at = random.below(segment.pixels.length + 1);
      const restart = Uint8Array.of(0xff, 0xd0 + random.below(8));
      segment.pixels = concat(segment.pixels.subarray(0, at), restart, segment.pixels.subarray(at));
    },
  ),
  // Any segment's content, tables mostly.
  inOne(
    () => true,
    (random, segment) => {
      segment.content = mutateBytes(random, segment.content).slice(0, 65_533);
    },
  ),
  // Where the orientation stands, and what leads there.
  (random, segments) => {
    const isLittle = random.oneIn(2);
    const content = new Uint8Array(6 + 8 + 2 + 12 * random.between(0, 3));
    content.set([0x45, 0x78, 0x69, 0x66]);
    content.fill(isLittle ? 0x49 : 0x4d, 6, 8);
    const view = new DataView(content.buffer, 6);
    view.setUint16(2, 42, isLittle);
    view.setUint32(4, random.oneIn(4) ? random.edge() >>> 0 : 8, isLittle);
    view.setUint16(8, random.oneIn(4) ? random.edge() & 0xffff : 3, isLittle);
    for (let at = 10; at + 12 <= view.byteLength; at += 12) {
      view.setUint16(at, random.pick([0x0112, 0x0112, 0x010f]), isLittle);
      view.setUint16(at + 2, random.pick([3, 3, 4, 0]), isLittle);
      view.setUint16(at + 8, random.oneIn(4) ? random.edge() & 0xffff : random.between(0, 9), isLittle);
    }
    segments.splice(random.below(segments.length + 1), 0, { marker: APP1, content, pixels: new Uint8Array(0) });
  },
  // Left out, twice, elsewhere, of another kind; a scan many times.
  (random, segments) => void segments.splice(random.below(segments.length), 1),
  (random, segments) => {
    if (segments.length > 0) segments.splice(random.below(segments.length + 1), 0, { ...random.pick(segments) });
  },
  (random, segments) => {
    const scans = segments.filter(({ marker }) => marker === SCAN);
    if (scans.length > 0) segments.push(...new Array(random.pick([2, 10, 200, 300])).fill(random.pick(scans)));
  },
  inOne(
    () => true,
    (random, segment) => {
      segment.marker = random.oneIn(2)
        ? random.next() & 255
        : random.pick([0xc4, 0xdb, 0xdd, 0xdc, 0xda, 0xd8, 0xe0, 0xee, 0xfe, 0x01]);
    },
  ),
];

/** One in eight is averaged down to few pixels, in its blocks and then once more. */
function maxSideOf(input: Uint8Array): number {
  return input.length % 8 === 0 ? 5 : 1024;
}

/** By halves while its blocks allow, whole squares alone; then by any factor. */
function smaller([width, height]: readonly [number, number], maxSide: number): [width: number, height: number] {
  let step = 1;
  while (step < 8 && Math.max(width, height) > step * maxSide) step *= 2;
  const sides = [width, height].map((side) => Math.max(1, Math.floor(side / step)));
  const factor = Math.ceil(Math.max(...sides) / maxSide);
  return [Math.ceil(sides[0] / factor), Math.ceil(sides[1] / factor)];
}

/** Whatever might be a frame: sides behind a marker. */
function framesOf(input: Uint8Array): [width: number, height: number][] {
  const frames: [number, number][] = [];
  for (let i = 0; i + 8 < input.length; i++) {
    if (input[i] !== 0xff || input[i + 1] < 0xc0 || input[i + 1] > 0xc2) continue;
    frames.push([(input[i + 7] << 8) | input[i + 8], (input[i + 5] << 8) | input[i + 6]]);
  }
  return frames;
}
