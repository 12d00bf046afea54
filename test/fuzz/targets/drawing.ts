// Strokes, as a page or a request brings them: drawn, and brought to MNIST's form.
//
// Garbage: a picture of another size than the paper's, with ink that is no grey, or a digit as ./picture.ts has it.

import { Drawing, PAPER_SIDE, pictureOf, preprocessDigit, type Stroke } from "../../../data/index.ts";
import { OptionError } from "../../../lib/base/errors.ts";
import { parseJson } from "../../../lib/base/parse_json.ts";
import type { Picture } from "../../../lib/data/picture.ts";
import { utf8 } from "../mutate_bytes.ts";
import { mutateJson } from "../mutate_json.ts";
import type { Random } from "../random.ts";
import type { FuzzTarget } from "../target.ts";
import { digitFault } from "./picture.ts";

export const target: FuzzTarget<Picture> = {
  name: "drawing",
  errors: [OptionError],
  mutate: (random) => {
    const strokes = Array.from({ length: random.below(4) }, () => strokeOf(random));
    return utf8(random.oneIn(3) ? mutateJson(random, strokes) : JSON.stringify(strokes));
  },
  read: (input) => {
    const strokes = parseJson(new TextDecoder().decode(input)) as readonly Stroke[];
    const drawing = new Drawing();
    for (const point of Array.isArray(strokes?.[0]) ? strokes[0] : []) drawing.draw(point);
    drawing.lift();
    drawing.undo();
    return pictureOf(strokes);
  },
  garbage: (picture) => {
    const { width, height, data } = picture;
    if (width !== PAPER_SIDE || height !== PAPER_SIDE || data.length !== 4 * width * height) return "another paper";
    for (let i = 0; i < data.length; i += 4) {
      if (data[i] !== data[i + 1] || data[i] !== data[i + 2] || data[i + 3] !== 255) return "ink that is no grey";
    }
    return digitFault(preprocessDigit(picture));
  },
  describe: ({ data }) => `${data.filter((value, i) => i % 4 === 0 && value < 128).length} pixels of ink`,
  leastRefusals: 5,
};

function strokeOf(random: Random): unknown {
  const coordinate = (): number =>
    random.oneIn(30)
      ? random.pick([-1e308, 1e308, -1, 196, 1e9, 5e-324, 195.999])
      : (random.next() / 2 ** 32) * PAPER_SIDE;
  return Array.from({ length: random.oneIn(60) ? 500 : random.below(8) }, () => ({ x: coordinate(), y: coordinate() }));
}
