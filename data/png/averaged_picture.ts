// AveragedPicture: a picture made of rows as they come, smaller by a whole factor where it is too large.

import type { Picture } from "../../lib/data/picture.ts";
import type { Pass } from "./header.ts";
import type { Places } from "./samples.ts";

/** What one of a channel adds to a pixel as a word, in this machine's order of bytes; and a pixel that is black. */
const [RED, GREEN, BLUE, ALPHA] = [0, 1, 2, 3].map((c) => wordOf(Uint8Array.from([0, 1, 2, 3], (i) => +(i === c))));
const BLACK = wordOf(Uint8Array.of(0, 0, 0, 255));

function wordOf({ buffer }: Uint8Array<ArrayBuffer>): number {
  return new Int32Array(buffer)[0];
}

/**
 * Takes a picture's rows, of one pass or seven, and averages squares of pixels into one.
 *
 *   α = Σ αᵢ / n    colour = Σ αᵢ·colourᵢ / Σ αᵢ    over the n pixels of a square, fewer at the right and lower edge
 *
 * With alphas as weights, since what is transparent has no colour that would show. Where squares have one pixel, pixels stay
 * as they are.
 *
 * Memory: 4 bytes for each pixel of the result, and 32 more where an interlaced picture is averaged.
 */
export class AveragedPicture {
  /** The side of a square. */
  private readonly step: number;
  private readonly columns: number;
  private readonly data: Uint8Array;
  /** The same, as words. */
  private readonly pixels: Int32Array;
  /** Sums of red, green, blue and alpha, of a row of squares; of all rows where the picture is interlaced. */
  private readonly sums: Float64Array;
  /** The square's place in the sums, for each column of the picture. */
  private readonly places: Int32Array;

  constructor(
    private readonly width: number,
    private readonly height: number,
    private readonly isInterlaced: boolean,
    maxSide: number,
    into?: Uint8Array,
  ) {
    this.step = Math.max(1, Math.ceil(Math.max(width, height) / maxSide));
    this.columns = Math.ceil(width / this.step);
    const rows = Math.ceil(height / this.step);
    const size = 4 * this.columns * rows;
    // Every byte is written, whatever was there; words must begin at a multiple of four.
    const isRoomy = into !== undefined && into.length >= size && into.byteOffset % 4 === 0;
    this.data = isRoomy ? into.subarray(0, size) : new Uint8Array(size);
    this.pixels = new Int32Array(this.data.buffer, this.data.byteOffset, size / 4);
    const isAveraged = this.step > 1;
    this.sums = new Float64Array(isAveraged ? 4 * this.columns * (isInterlaced ? rows : 1) : 0);
    const hasPlaces = isAveraged && isInterlaced;
    this.places = Int32Array.from({ length: hasPlaces ? width : 0 }, (_, x) => 4 * Math.floor(x / this.step));
  }

  /** What it takes a pixel, in about nanoseconds, beside what all pictures take. */
  get cost(): number {
    return this.places.length > 0 ? 5 : 0;
  }

  /**
   * @param bytes a row's pixels
   * @param row of the pass, from 0 on
   */
  add(bytes: Uint8Array, places: Places, pass: Pass, row: number): void {
    const y = pass.top + row * pass.rowStep;
    if (this.step === 1) this.copy(bytes, places, pass, y);
    else if (this.isInterlaced) this.scatter(bytes, places, pass, Math.floor(y / this.step));
    else {
      this.gather(bytes, places);
      if ((y + 1) % this.step === 0 || y + 1 === this.height) this.finishRow(Math.floor(y / this.step), 0);
    }
  }

  /** After the last row. */
  picture(): Picture {
    const { columns, data, step } = this;
    const height = Math.ceil(this.height / step);
    if (this.isInterlaced && step > 1) {
      for (let y = 0; y < height; y++) this.finishRow(y, 4 * columns * y);
    }
    return { width: columns, height, data };
  }

  private copy(bytes: Uint8Array, places: Places, { left, columnStep, columns }: Pass, y: number): void {
    const { data, pixels } = this;
    const { stride, green, blue, alpha } = places;
    let to = y * this.width + left;
    if (stride === 4 && columnStep === 1) data.set(bytes.subarray(0, 4 * columns), 4 * to);
    else if (stride === 1) {
      for (let i = 0; i < columns; i++, to += columnStep) pixels[to] = bytes[i] * (RED + GREEN + BLUE) + BLACK;
    } else {
      for (let i = 0, from = 0; i < columns; i++, from += stride, to += columnStep) {
        const colour = bytes[from] * RED + bytes[from + green] * GREEN + bytes[from + blue] * BLUE;
        pixels[to] = colour + (alpha > 0 ? bytes[from + alpha] * ALPHA : BLACK);
      }
    }
  }

  /** Adds a whole row, square by square. */
  private gather(bytes: Uint8Array, { stride, green, blue, alpha }: Places): void {
    const { sums, step } = this;
    const end = this.width * stride;
    for (let from = 0, to = 0; from < end; to += 4) {
      const stop = Math.min(end, from + step * stride);
      let [r, g, b, a] = [0, 0, 0, 0];
      if (alpha > 0) {
        for (; from < stop; from += stride) {
          const weight = bytes[from + alpha];
          r += weight * bytes[from];
          g += weight * bytes[from + green];
          b += weight * bytes[from + blue];
          a += weight;
        }
      } else if (blue > 0) {
        a = (255 * (stop - from)) / stride;
        for (; from < stop; from += stride) {
          r += bytes[from];
          g += bytes[from + green];
          b += bytes[from + blue];
        }
        r *= 255;
        g *= 255;
        b *= 255;
      } else {
        a = (255 * (stop - from)) / stride;
        for (; from < stop; from += stride) r += bytes[from];
        r *= 255;
        g = r;
        b = r;
      }
      sums[to] += r;
      sums[to + 1] += g;
      sums[to + 2] += b;
      sums[to + 3] += a;
    }
  }

  /** Adds the pixels of a row that a pass has, each to its square. */
  private scatter(bytes: Uint8Array, { stride, green, blue, alpha }: Places, pass: Pass, squareRow: number): void {
    const { sums, places } = this;
    const base = 4 * this.columns * squareRow;
    for (let i = 0, from = 0, x = pass.left; i < pass.columns; i++, from += stride, x += pass.columnStep) {
      const to = base + places[x];
      const weight = alpha > 0 ? bytes[from + alpha] : 255;
      sums[to] += weight * bytes[from];
      sums[to + 1] += weight * bytes[from + green];
      sums[to + 2] += weight * bytes[from + blue];
      sums[to + 3] += weight;
    }
  }

  /** A row of the result from its sums, which begin at `from`, and are zero afterwards. */
  private finishRow(y: number, from: number): void {
    const { data, sums, step, columns } = this;
    const rows = Math.min(step, this.height - y * step);
    for (let x = 0, at = from, to = 4 * columns * y; x < columns; x++, at += 4, to += 4) {
      const alphas = sums[at + 3];
      const pixels = rows * Math.min(step, this.width - x * step);
      for (let c = 0; c < 3; c++) data[to + c] = alphas > 0 ? Math.round(sums[at + c] / alphas) : 0;
      data[to + 3] = Math.round(alphas / pixels);
    }
    sums.fill(0, from, from + 4 * columns);
  }
}
