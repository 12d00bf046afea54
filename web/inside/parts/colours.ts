// Colours of numbers, the same in every theme, since a map's colours mean something. Both scales grow lighter with the number's
// size, so that they can be told without seeing hues: from black for 0.

/** Red, green, blue. */
type Rgb = readonly [number, number, number];

/** From nothing to the most: black, indigo, rose, orange, pale yellow. */
const AMOUNT: readonly Rgb[] = [
  [8, 9, 16],
  [78, 46, 150],
  [170, 56, 140],
  [234, 100, 92],
  [250, 170, 100],
  [253, 243, 201],
];
/** Blue below 0 and orange above, which all kinds of colour vision tell apart. */
const BELOW: readonly Rgb[] = [
  [8, 9, 16],
  [26, 82, 158],
  [91, 160, 240],
  [214, 235, 255],
];
const ABOVE: readonly Rgb[] = [
  [8, 9, 16],
  [150, 72, 8],
  [240, 145, 45],
  [255, 232, 200],
];

const STEPS = 256;
const AMOUNTS = table(AMOUNT);
const BELOWS = table(BELOW);
const ABOVES = table(ABOVE);

/** Writes a pixel. @param value from 0 to 1 */
export function paintAmount(image: Uint8ClampedArray, at: number, value: number): void {
  write(image, at, AMOUNTS, value);
}

/** Writes a pixel. @param value from −1 to 1 */
export function paintSigned(image: Uint8ClampedArray, at: number, value: number): void {
  write(image, at, value < 0 ? BELOWS : ABOVES, Math.abs(value));
}

/** As a style has it, with the text that is read on it. @param value from −1 to 1 */
export function signedColour(value: number): { colour: string; isLight: boolean } {
  const pixel = new Uint8ClampedArray(4);
  paintSigned(pixel, 0, value);
  const [red, green, blue] = [...pixel].map((channel) => linear(channel / 255));
  // Where black and white have the same contrast, by the definition of WCAG.
  const isLight = 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179;
  return { colour: `rgb(${pixel[0]} ${pixel[1]} ${pixel[2]})`, isLight };
}

/** sRGB's transfer function undone. */
function linear(channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}

function write(image: Uint8ClampedArray, at: number, colours: Uint8Array, size: number): void {
  const from = 3 * Math.round((STEPS - 1) * Math.min(1, Math.max(0, size)));
  image[4 * at] = colours[from];
  image[4 * at + 1] = colours[from + 1];
  image[4 * at + 2] = colours[from + 2];
  image[4 * at + 3] = 255;
}

function table(stops: readonly Rgb[]): Uint8Array {
  const colours = new Uint8Array(3 * STEPS);
  for (let i = 0; i < STEPS; i++) {
    const place = (i / (STEPS - 1)) * (stops.length - 1);
    const k = Math.min(stops.length - 2, Math.floor(place));
    for (let c = 0; c < 3; c++) colours[3 * i + c] = stops[k][c] + (place - k) * (stops[k + 1][c] - stops[k][c]);
  }
  return colours;
}
