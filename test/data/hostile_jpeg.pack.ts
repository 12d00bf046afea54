// What the worst photographs take: those that are accepted, and those that are refused.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { pictureCosts } from "../support/picture_cost.ts";

const test = suite("hostile JPEGs");

const BASELINE = 0xc0;
const PROGRESSIVE = 0xc2;
const BLOCK = 64;

function segment(marker: number, ...content: readonly number[]): Uint8Array {
  const length = content.length + 2;
  return Uint8Array.of(0xff, marker, length >> 8, length & 255, ...content);
}

/** Coefficients divided by 1. */
const QUANT = segment(0xdb, 0, ...Array(BLOCK).fill(1));

/** One code, of zeros, for this symbol. */
function oneCode(kind: "first" | "rest", length: number, symbol: number): Uint8Array {
  const counts = Array.from({ length: 16 }, (_, i) => (i + 1 === length ? 1 : 0));
  return segment(0xc4, kind === "first" ? 0 : 0x10, ...counts, symbol);
}

function frame(marker: number, side: number, components: number, sampling = 0x11): Uint8Array {
  const each = Array.from({ length: components }, (_, i) => [i + 1, i === 0 ? sampling : 0x11, 0]).flat();
  return segment(marker, 8, side >> 8, side & 255, side >> 8, side & 255, components, ...each);
}

/** What is scanned: of these components the coefficients `from` to `to`, the bits between `high` and `low`. */
function scan(components: number, [from, to, high, low]: readonly number[], bits: number): Uint8Array {
  const each = Array.from({ length: components }, (_, i) => [i + 1, 0]).flat();
  return Buffer.concat([
    segment(0xda, components, ...each, from, to, (high << 4) | low),
    new Uint8Array(Math.ceil(bits / 8)),
  ]);
}

function jpeg(...segments: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([Uint8Array.of(0xff, 0xd8), QUANT, ...segments, Uint8Array.of(0xff, 0xd9)]);
}

const blocksOf = (side: number): number => Math.ceil(side / 8) ** 2;
const ALL = [0, 63, 0, 0];

/** Each coefficient of each block is there, and −1. */
function full(side: number, components: number, length: number): Uint8Array {
  const codes = [oneCode("first", 1, 0), oneCode("rest", length, 0x01)];
  const bits = blocksOf(side) * components * (1 + 63 * (length + 1));
  return jpeg(frame(BASELINE, side, components), ...codes, scan(components, ALL, bits));
}

/** A block has the first coefficient alone, behind a marker of its own. */
function restarted(side: number): Uint8Array {
  const coded = new Uint8Array(3 * blocksOf(side));
  for (let i = 0; i < coded.length; i += 3) coded.set([0, 0xff, 0xd0 + ((i / 3) % 8)], i);
  const codes = [oneCode("first", 1, 0), oneCode("rest", 1, 0), segment(0xdd, 0, 1)];
  return jpeg(frame(BASELINE, side, 1), ...codes, scan(1, ALL, 0), coded.subarray(0, coded.length - 2));
}

/** All coefficients, and then as many more bits of each, one a scan. */
function refined(side: number, scans: number): Uint8Array {
  const blocks = blocksOf(side);
  const segments = [oneCode("first", 1, 0), oneCode("rest", 1, 0x01), scan(1, [0, 0, 0, 0], blocks)];
  segments.push(scan(1, [1, 63, 0, scans], blocks * 63 * 2), oneCode("rest", 1, 0));
  for (let low = scans - 1; low >= 0; low--) segments.push(scan(1, [1, 63, low + 1, low], blocks * 64));
  return jpeg(frame(PROGRESSIVE, side, 1), ...segments);
}

/** Scans that say nothing of any block, in hardly a byte each. */
function empty(side: number, scans: number): Uint8Array {
  const blocks = blocksOf(side);
  // A run of 2¹⁴ blocks a code, with 14 bits behind it.
  const bits = Math.ceil(blocks / 2 ** 14) * 15;
  const segments = [oneCode("first", 1, 0), oneCode("rest", 1, 0xe0), scan(1, [0, 0, 0, 0], blocks)];
  for (let i = 0; i < scans; i++) {
    const low = 13 - (i % 14);
    const at = 1 + Math.floor(i / 14);
    segments.push(scan(1, [at, low === 13 ? 63 : at, low === 13 ? 0 : low + 1, low], bits));
  }
  return jpeg(frame(PROGRESSIVE, side, 1), ...segments);
}

test("the most costly that are accepted are read in bounded memory and about a second", () => {
  const files: Record<string, () => Uint8Array> = {
    "every coefficient of 40 million pixels": () => full(6320, 1, 1),
    "the same of 33 million in colours": () => full(5800, 3, 1),
    "codes as long as can be": () => full(3800, 1, 16),
    "a marker behind every block": () => restarted(6320),
    "every coefficient refined": () => refined(5600, 4),
    "scans of nothing": () => empty(6200, 8),
    "hundreds of scans of nothing": () => empty(1200, 13),
  };
  for (const { name, message, cpuMs, addedMiB } of pictureCosts(files)) {
    assert.is(message, "accepted", name);
    const most = name.includes("refined") || name.includes("scans") ? 112 : 40;
    // A third of that on a machine without other work.
    assert.ok(cpuMs < 4000 && addedMiB < most, `${name}: ${cpuMs} ms, ${addedMiB} MiB`);
  }
});

test("what claims more is refused at once, whatever it would take", () => {
  const files: Record<string, () => Uint8Array> = {
    "too many pixels": () => jpeg(frame(BASELINE, 65535, 3), scan(3, ALL, 800)),
    "too many scans": () => empty(64, 300),
    "too many blocks": () => empty(6200, 40),
    "too much memory": () => jpeg(frame(PROGRESSIVE, 6300, 3), scan(3, [0, 0, 0, 0], 800)),
  };
  for (const { name, message, cpuMs, addedMiB } of pictureCosts(files)) {
    assert.match(message, /claims \d+ × \d+ pixels; at most|takes too long to decode|too much memory/, name);
    assert.ok(cpuMs < 100 && addedMiB < 32, `${name}: ${cpuMs} ms, ${addedMiB} MiB`);
  }
});

test.run();
