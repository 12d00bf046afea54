// Draws docs/digits/: ten digits, 0.png to 9.png, with the pen of the drawing page.
//
//   node --import tsx scripts/draw_digits.mjs
import { writeFileSync } from "node:fs";
import { encodePng } from "../data/index.node.ts";
import { pictureOf } from "../data/index.ts";
import { SAMPLES } from "../web/draw/sample_strokes.ts";

for (const [digit, strokes] of SAMPLES.entries())
  writeFileSync(`docs/digits/${digit}.png`, encodePng(pictureOf(strokes)));
