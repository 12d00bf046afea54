// What a reader would see go wrong in a figure: text that is cut off by its edge, or covers other text.

import { textWidth } from "../../lib/plot/text_width.ts";
import { elementsOf, parseXml, textOf, type XmlElement } from "./parse_xml.ts";

interface Box {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** One line a fault; titles and text that is turned are left out of the overlaps. */
export function layoutFaults(svg: string): string[] {
  const root = parseXml(svg);
  const [width, height] = [Number(root.attributes.width), Number(root.attributes.height)];
  const boxes = elementsOf(root, "text").map(boxOf);
  const cut = boxes
    .filter(({ left, right, top, bottom }) => left < 0 || right > width || top < 0 || bottom > height)
    .map(({ text, left, right, top, bottom }) => `"${text}" [${left}, ${right}] × [${top}, ${bottom}] is cut off`);
  const covered = boxes.flatMap((a, i) =>
    boxes
      .slice(i + 1)
      .filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
      .map((b) => `"${a.text}" covers "${b.text}"`),
  );
  return [...cut, ...covered];
}

/** From a font's usual ascent to its baseline; what hangs below is seldom in these texts. */
function boxOf(element: XmlElement): Box {
  const { x, y, "font-size": size = "12", "text-anchor": anchor = "start", transform } = element.attributes;
  const text = textOf(element);
  const width = textWidth(text, Number(size));
  const before = anchor === "end" ? width : anchor === "middle" ? width / 2 : 0;
  const [baseX, baseY, ascent] = [Number(x), Number(y), 0.75 * Number(size)];
  if (transform === undefined) {
    return { text, left: baseX - before, right: baseX - before + width, top: baseY - ascent, bottom: baseY };
  }
  if (transform !== `rotate(-90 ${x} ${y})`) throw new Error(`cannot place transform="${transform}"`);
  return { text, left: baseX - ascent, right: baseX, top: baseY + before - width, bottom: baseY + before };
}
