// What is kept of a drawing: what was stored is read again, and of what anything else may have stored there only strokes.

import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Point, pictureOf } from "../../data/index.ts";
import { SAMPLES } from "../../web/draw/sample_strokes.ts";
import { keptStrokes, readStrokes } from "../../web/draw/stroke_store.ts";

const test = suite("the store of strokes");

test("strokes come back as they were, with their widths", () => {
  const drawn = SAMPLES[4].map((stroke) => stroke.map((point, i) => ({ ...point, width: 8 + i })));
  assert.equal(readStrokes(structuredClone(drawn)), drawn);
  assert.equal(readStrokes(structuredClone(SAMPLES[8])), SAMPLES[8]);
});

test("what is no stroke or no point is left out", () => {
  const good: Point = { x: 1, y: 2 };
  const stored = [
    [good, null, { x: "1", y: 2 }, { x: Number.NaN, y: 1 }, { x: 1 }, { x: 1e9, y: 0 }],
    "stroke",
    null,
    [],
    [[]],
    { length: 3 },
    [{ ...good, width: -1, extra: "x" }],
  ];
  assert.equal(readStrokes(stored), [[good], [good]]);
});

test("whatever is stored can be drawn", () => {
  const point = fc.record({ x: fc.anything(), y: fc.double(), width: fc.anything() });
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.array(fc.array(point))), (stored) => {
      pictureOf(readStrokes(stored));
    }),
  );
});

test("no more points come back than are drawn", () => {
  const stroke = Array.from({ length: 6000 }, () => ({ x: 1, y: 1 }));
  assert.equal(
    readStrokes([stroke, stroke, stroke]).map(({ length }) => length),
    [6000, 4000],
  );
});

test("where nothing can be stored, nothing was", async () => {
  assert.is(typeof globalThis.indexedDB, "undefined", "Node has no IndexedDB");
  assert.equal(await keptStrokes(), []);
});

test.run();
