// A 28×28 digit in the terminal, two rows of pixels a line of text.

import { styled } from "../terminal/style.ts";

const SIDE = 28;
/** The 256-colour palette's greys: 24 steps from index 232. */
const FIRST_GREY = 232;
const GREYS = 24;
const SHADES = [" ", "░", "▒", "▓", "█"];

/**
 * @param pixels 784 bytes, row by row; 0 is background
 * @param hasColor greys by colour, pixel by pixel; else shades, each the mean of two pixels
 * @returns 14 lines
 */
export function drawDigit(pixels: Uint8Array, hasColor: boolean): string[] {
  return Array.from({ length: SIDE / 2 }, (_, row) => {
    let line = "";
    for (let column = 0; column < SIDE; column++) {
      const top = pixels[2 * row * SIDE + column];
      const bottom = pixels[(2 * row + 1) * SIDE + column];
      line += hasColor
        ? styled("▀", `38;5;${grey(top)};48;5;${grey(bottom)}`, "0")
        : SHADES[Math.round(((top + bottom) / 510) * (SHADES.length - 1))];
    }
    return line;
  });
}

function grey(value: number): number {
  return FIRST_GREY + Math.round((value / 255) * (GREYS - 1));
}
