// Draws docs/digits/: ten digits, 0.png to 9.png, with the pen of the drawing page.
//
//   node --import tsx scripts/draw_digits.mjs
import { writeFileSync } from "node:fs";
import { encodePng } from "../data/index.node.ts";
import { pictureOf } from "../data/index.ts";

/** The strokes of each digit: the points that the pen went through, x y, on a square of 196 × 196; "/" lifts it. */
const DIGITS = [
  "116 28, 102 25, 84 33, 70 52, 62 78, 61 106, 68 132, 82 150, 101 156, 121 148, 137 128, 145 102, 145 74, 137 49, 123 33, 107 27, 96 31",
  "90 55, 100 46, 109 35, 112 32, 110 54, 105 86, 100 118, 94 146, 91 164",
  "79 81, 82 66, 94 55, 111 52, 126 57, 134 70, 133 87, 123 106, 109 126, 93 146, 82 158, 97 156, 115 152, 136 152, 153 154",
  "49 40, 61 32, 77 30, 91 36, 96 48, 89 61, 77 71, 66 75, 78 75, 92 79, 102 91, 102 107, 92 121, 77 129, 60 128, 47 121",
  "85 31, 77 54, 66 79, 53 104, 49 111, 72 112, 100 110, 136 108 / 116 68, 111 96, 105 130, 99 171",
  "92 55, 87 70, 82 89, 80 97, 95 91, 113 92, 126 104, 131 121, 125 141, 111 157, 93 163, 76 160, 66 151 / 91 55, 109 56, 127 55, 144 54",
  "123 21, 104 37, 85 61, 72 90, 67 120, 73 146, 89 162, 110 163, 128 150, 136 130, 132 110, 117 99, 99 100, 83 111, 72 130",
  "85 41, 103 40, 123 38, 144 35, 152 35, 146 50, 134 71, 123 94, 114 118, 109 142",
  "131 52, 123 35, 105 28, 86 33, 75 48, 80 67, 95 84, 113 101, 125 121, 123 145, 109 162, 89 168, 69 159, 59 141, 64 119, 82 103, 104 89, 123 74, 132 54, 126 39",
  "103 78, 94 67, 80 62, 66 68, 57 82, 58 97, 67 108, 80 110, 93 101, 101 87, 104 73, 104 92, 103 115, 101 140, 97 164",
];

for (const [digit, strokes] of DIGITS.entries()) {
  const picture = pictureOf(strokes.split("/").map((stroke) => stroke.split(",").map(pointOf)));
  writeFileSync(`docs/digits/${digit}.png`, encodePng(picture));
}

/** @param text "98 40" */
function pointOf(text) {
  const [x, y] = text.trim().split(" ").map(Number);
  return { x, y };
}
