// reliabilitySvg: how often a classifier is right, against how sure it is.

import { checkFields, checkOptions, integer, list, required, string, upTo1 } from "../base/check.ts";
import type { Reliability } from "../train/reliability.ts";
import { drawHeading, headingHeight } from "./heading.ts";
import { element, paint, pathThrough, svgDocument, textAt } from "./svg.ts";

export interface ReliabilityOptions {
  /** Default "Reliability". */
  title?: string;
  /** Behind the line that gives the error. */
  subtitle?: string;
}

const [WIDTH, SIDE, LEFT] = [440, 320, 64];
const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1];
/** The largest group's dot, and the smallest that is seen. */
const [LARGEST, SMALLEST] = [9, 2.5];

/**
 * A reliability diagram: a dot for each group of answers, as far to the right as the classifier was sure and as high as it was
 * right, larger where there are more of them; the line from corner to corner is where it means what it says. Above the line it
 * is too modest, below too sure. It follows the reader's light or dark scheme.
 *
 * @param reliability as `reliabilityOf` gives it
 * @returns an SVG document; the same numbers give the same bytes
 * @throws {OptionError} a part that is missing, of another kind or of another name
 * @example reliabilitySvg(reliabilityOf(predict(model, test), test.labels), { title: "cnn on the test images" })
 */
export function reliabilitySvg(reliability: Reliability, options: ReliabilityOptions = {}): string {
  checkFields("reliabilitySvg", "reliability", reliability, { bins: required(list), error: required(upTo1) });
  checkOptions("reliabilitySvg", options, { title: string, subtitle: string });
  const { title = "Reliability", subtitle } = options;
  const { bins, error } = reliability;
  for (const [i, bin] of bins.entries()) {
    const parts = { count: required(integer(0)), confidence: required(upTo1), accuracy: required(upTo1) };
    checkFields("reliabilitySvg", `bins[${i}]`, bin, parts);
  }
  const heading = `calibration error ${percent(error, 2)}${subtitle ? `; ${subtitle}` : ""}`;
  const top = headingHeight(heading) + 12;
  const x = (confidence: number): number => LEFT + confidence * SIDE;
  const y = (accuracy: number): number => top + (1 - accuracy) * SIDE;
  const most = Math.max(1, ...bins.map(({ count }) => count));
  const quiet = paint({ fill: "muted" });
  const axisY = top + SIDE / 2;
  return svgDocument(
    { width: WIDTH, height: top + SIDE + 56, title, description: heading },
    drawHeading(WIDTH, title, heading),
    element("path", {
      d: pathThrough(
        TICKS.flatMap((at) => [
          [
            [x(at), y(0)],
            [x(at), y(1)],
          ] as const,
          [
            [x(0), y(at)],
            [x(1), y(at)],
          ] as const,
        ]),
      ),
      ...paint({ stroke: "grid" }),
    }),
    element("path", {
      d: pathThrough([
        [
          [x(0), y(0)],
          [x(1), y(1)],
        ],
      ]),
      "stroke-dasharray": "4 4",
      ...paint({ stroke: "muted" }),
    }),
    ...TICKS.map((at) => textAt(x(at), y(0) + 18, percent(at, 0), { "text-anchor": "middle", ...quiet })),
    ...TICKS.map((at) => textAt(x(0) - 8, y(at) + 4, percent(at, 0), { "text-anchor": "end", ...quiet })),
    textAt(x(0.5), y(0) + 40, "how sure it is", { "text-anchor": "middle", ...quiet }),
    textAt(18, axisY, "how often it is right", {
      ...{ "text-anchor": "middle", transform: `rotate(-90 18 ${axisY})` },
      ...quiet,
    }),
    ...bins
      .filter(({ count }) => count > 0)
      .map(({ count, confidence, accuracy }) =>
        element(
          "circle",
          {
            ...{ cx: x(confidence), cy: y(accuracy), r: Math.max(SMALLEST, LARGEST * Math.sqrt(count / most)) },
            ...paint({ fill: "blue" }),
          },
          element("title", {}, `${count} answers: ${percent(confidence, 1)} sure, ${percent(accuracy, 1)} right`),
        ),
      ),
  );
}

function percent(part: number, digits: number): string {
  return `${(100 * part).toFixed(digits)} %`;
}
