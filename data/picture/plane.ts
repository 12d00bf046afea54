// What preprocessing makes of a picture: planes of numbers, and rectangles in them.

/** One number a pixel: luma, or how much ink there is; 0 … 255. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** A rectangle of pixels; right and bottom lie behind its last column and row. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** At most four planes of at most 512 KiB each are kept: more is rarely needed, and no burden where it is. */
const MOST_KEPT = 2 ** 17;
const MOST_SPARES = 4;
const spares: Float32Array[] = [];

function spareOf(length: number): Float32Array | undefined {
  const found = spares.findIndex((spare) => spare.length >= length);
  return found < 0 ? undefined : spares.splice(found, 1)[0].subarray(0, length);
}

/**
 * Memory for a plane's values, whatever it holds: recycled, where some is large enough. Allocating and collecting it takes longer
 * than filling it.
 */
export function unsetValues(length: number): Float32Array {
  return spareOf(length) ?? new Float32Array(length);
}

export function zeroValues(length: number): Float32Array {
  return spareOf(length)?.fill(0) ?? new Float32Array(length);
}

/** Keeps a plane's memory for the next one. @param values that nobody looks at any longer */
export function recycle({ buffer }: Float32Array | Int32Array): void {
  const values = new Float32Array(buffer);
  if (values.length > MOST_KEPT) return;
  // The smallest first, so that the smallest that is enough is taken.
  const larger = spares.findIndex((spare) => spare.length >= values.length);
  spares.splice(larger < 0 ? spares.length : larger, 0, values);
  if (spares.length > MOST_SPARES) spares.shift();
}

export function longerSide({ left, top, right, bottom }: Box): number {
  return Math.max(right - left, bottom - top);
}

/** Whether it reaches one of the plane's sides. */
export function touchesBorder({ left, top, right, bottom }: Box, { width, height }: Plane): boolean {
  return left === 0 || top === 0 || right === width || bottom === height;
}

/** The smallest box that holds both. */
export function union(a: Box, b: Box): Box {
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
}

export function peakOf({ values }: Pick<Plane, "values">): number {
  let peak = 0;
  for (let i = 0; i < values.length; i++) if (values[i] > peak) peak = values[i];
  return peak;
}

/** The means of squares of so many pixels a side; of what there is of the last ones. */
export function averaged({ width, height, values }: Plane, step: number): Plane {
  const columns = Math.ceil(width / step);
  const rows = Math.ceil(height / step);
  const result = new Float32Array(columns * rows);
  const sums = new Float64Array(columns);
  for (let y = 0, i = 0, at = 0; y < rows; y++) {
    const bottom = Math.min(height, (y + 1) * step);
    sums.fill(0);
    for (const end = bottom * width; i < end; ) {
      for (let x = 0; x < columns; x++) {
        let sum = sums[x];
        for (const right = i + Math.min(step, width - x * step); i < right; i++) sum += values[i];
        sums[x] = sum;
      }
    }
    for (let x = 0; x < columns; x++) {
      result[at++] = sums[x] / ((bottom - y * step) * Math.min(step, width - x * step));
    }
  }
  return { width: columns, height: rows, values: result };
}

/** A copy of what a box holds. */
export function cropped({ width, values }: Plane, { left, top, right, bottom }: Box): Plane {
  const columns = right - left;
  const result = new Float32Array(columns * (bottom - top));
  for (let y = top; y < bottom; y++) {
    result.set(values.subarray(y * width + left, y * width + right), (y - top) * columns);
  }
  return { width: columns, height: bottom - top, values: result };
}

/** What is above `floor`; its right is not larger than its left where nothing is. */
export function extentOf({ width, height, values }: Plane, floor = 0): Box {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (values[i] <= floor) continue;
      if (x < left) left = x;
      if (x >= right) right = x + 1;
      if (top === height) top = y;
      bottom = y + 1;
    }
  }
  return { left, top, right, bottom };
}

/** The deviation of normally distributed values, as a multiple of their median absolute deviation. */
export const DEVIATION_PER_MAD = 1.4826;

/** The median of the values' distances from this one. */
export function medianDeviation(values: Float32Array, from: number): number {
  const deviations = unsetValues(values.length);
  for (let i = 0; i < deviations.length; i++) deviations[i] = Math.abs(values[i] - from);
  const middle = median(deviations);
  recycle(deviations);
  return middle;
}

/** Of 32 bits, the uppermost first. */
const DIGITS = [
  { shift: 20, width: 12 },
  { shift: 9, width: 11 },
  { shift: 0, width: 9 },
] as const;

/**
 * The middle one of the values, the upper of two: a radix selection. Floats that are not negative are in the order of their bits, so
 * their uppermost bits are counted, then of those that share the middle one's the next, and then the last.
 *
 * @param values ≥ 0; one at least
 */
export function median(values: Float32Array): number {
  const bits = bitsOf(values);
  // On clean paper, and of what is left of it, most are as the first is.
  let alike = 0;
  for (let i = 0; i < bits.length; i++) if (bits[i] === bits[0]) alike++;
  if (2 * alike > bits.length) return values[0];
  let left = bits.length >> 1;
  let found = 0;
  for (const { shift, width } of DIGITS) {
    const above = shift + width;
    const counts = new Uint32Array(1 << width);
    const mask = counts.length - 1;
    for (let i = 0; i < bits.length; i++) {
      if (above === 32 || bits[i] >>> above === found >>> above) counts[(bits[i] >>> shift) & mask]++;
    }
    let digit = 0;
    while (counts[digit] <= left) left -= counts[digit++];
    found |= digit << shift;
  }
  return numberOf(found);
}

/** The same memory as integers. Floats that are not negative are in the order of their bits, which are compared several times as fast. */
export function bitsOf(values: Float32Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, values.length);
}

/** The same memory as floats. */
export function numbersOf(bits: Int32Array): Float32Array {
  return new Float32Array(bits.buffer, bits.byteOffset, bits.length);
}

/** The float that has these bits. */
export function numberOf(bits: number): number {
  return new Float32Array(Int32Array.of(bits).buffer)[0];
}
