// The colours of every picture: blue against orange, which colour-blind readers can distinguish too.
//
// After Okabe & Ito's palette, darker on white and lighter on near-black, so that lines keep a contrast of 3 to their
// paper and text one of 4.5 (test/plot/palette.test.ts computes both).

export type Role = "paper" | "ink" | "muted" | "grid" | "blue" | "orange";

export type Palette = Readonly<Record<Role, string>>;

export const LIGHT: Palette = {
  paper: "#ffffff",
  ink: "#1f2328",
  muted: "#5c6570",
  grid: "#e3e6ea",
  blue: "#0069a8",
  orange: "#b84e00",
};

export const DARK: Palette = {
  paper: "#12161b",
  ink: "#e8ebee",
  muted: "#9aa4af",
  grid: "#2b323a",
  blue: "#5fb8ee",
  orange: "#f0a03c",
};

/** The most that a cell's colour may cover its paper: ink stays readable on it, in both palettes. */
export const MAX_TINT = 0.5;

/** @example rgbOf("#0069a8") // [0, 105, 168] */
export function rgbOf(colour: string): [red: number, green: number, blue: number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
