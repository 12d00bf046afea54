// The title of a picture and the line below it.

import { paint, textAt } from "./svg.ts";
import { fitText } from "./text_width.ts";

const MARGIN = 16;

export function headingHeight(subtitle: string | undefined): number {
  return subtitle ? 56 : 38;
}

/** What is too long for the picture ends in …. */
export function drawHeading(width: number, title: string, subtitle: string | undefined): string {
  const line = (text: string, y: number, size: number, weight: number): string =>
    textAt(MARGIN, y, fitText(text, width - 2 * MARGIN, size), {
      "font-size": size,
      "font-weight": weight,
      ...paint({ fill: weight > 400 ? "ink" : "muted" }),
    });
  return line(title, 30, 17, 600) + (subtitle ? line(subtitle, 50, 12, 400) : "");
}
