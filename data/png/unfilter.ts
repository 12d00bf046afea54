// unfilter: the bytes of a row from what they add to their neighbours.
//
//   c b    a  the byte before, of the same place in its pixel; 0 at the left edge
//   a x    b  the byte above; c the one before that
//
// Source: the PNG specification, 9 Filtering, https://www.w3.org/TR/png-3/#9Filters.

/** Per filter: what it takes a byte, in about nanoseconds; with Paeth's, where each byte waits for the one before. */
export const FILTER_COSTS = [0, 1, 1, 2, 3];
export const PAETH_ALONE_COST = 5;

/** A row's bytes, and the same four at a time; the last word may be in part behind the row's end. */
export interface Row {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
}

/** @returns zeros */
export function makeRow(count: number): Row {
  const words = new Int32Array(Math.ceil(count / 4));
  return { bytes: new Uint8Array(words.buffer), words };
}

/**
 * Undoes a filter in place.
 *
 * @param filter 0 none, 1 a, 2 b, 3 ⌊(a + b)/2⌋, 4 Paeth's choice of a, b and c
 * @param above the row above, whole bytes; zeros above the first
 * @param count bytes in the row
 * @param pixelBytes how far a lies before x: bytes a pixel, at least 1
 * @returns whether there is such a filter
 */
export function unfilter(filter: number, row: Row, above: Row, count: number, pixelBytes: number): boolean {
  if (filter === 1) addLeft(row, count, pixelBytes);
  else if (filter === 2) addAbove(row, above, count);
  else if (filter === 3) average(row.bytes, above.bytes, count, pixelBytes);
  else if (filter === 4) paeth(row.bytes, above.bytes, count, pixelBytes);
  return filter <= 4;
}

function addLeft({ bytes, words }: Row, count: number, pixelBytes: number): void {
  if (pixelBytes === 4) {
    let a = 0;
    for (let i = 0; 4 * i < count; i++) {
      const word = words[i];
      if (word !== 0) a = addBytes(word, a); // Most are 0: neighbours of one colour.
      words[i] = a;
    }
  } else for (let i = pixelBytes; i < count; i++) bytes[i] += bytes[i - pixelBytes];
}

function addAbove({ words }: Row, above: Row, count: number): void {
  for (let i = 0; 4 * i < count; i++) words[i] = addBytes(words[i], above.words[i]);
}

/** Four sums at once: of seven bits each, which stay where they are, and then the eighth without what it carries. */
function addBytes(a: number, b: number): number {
  return ((a & 0x7f7f7f7f) + (b & 0x7f7f7f7f)) ^ ((a ^ b) & 0x80808080);
}

function average(row: Uint8Array, above: Uint8Array, count: number, pixelBytes: number): void {
  for (let i = 0; i < pixelBytes && i < count; i++) row[i] += above[i] >> 1;
  for (let i = pixelBytes; i < count; i++) row[i] += (row[i - pixelBytes] + above[i]) >> 1;
}

function paeth(row: Uint8Array, above: Uint8Array, count: number, pixelBytes: number): void {
  if (pixelBytes === 1) {
    let a = 0;
    let c = 0;
    for (let i = 0; i < count; i++) {
      const b = above[i];
      a = (row[i] + nearest(a, b, c)) & 255;
      c = b;
      row[i] = a;
    }
    return;
  }
  for (let i = 0; i < pixelBytes && i < count; i++) row[i] += above[i];
  for (let i = pixelBytes, j = 0; i < count; i++, j++) row[i] += nearest(row[j], above[i], above[j]);
}

/**
 * Of a, b and c the one next to a + b − c, in this order where two are.
 *
 * Without branches, whose outcomes a picture may make unforeseeable, which takes twice as long: with lo ≤ hi of a and b, it is
 * hi where 3c − (a + b) ≤ lo, else lo where that is ≥ hi, else c.
 */
function nearest(a: number, b: number, c: number): number {
  const threshold = 3 * c - (a + b);
  const swap = (a ^ b) & ((a - b) >> 31);
  const lo = b ^ swap;
  const hi = a ^ swap;
  const loOrC = lo ^ ((lo ^ c) & ((threshold - hi) >> 31));
  return hi ^ ((hi ^ loOrC) & ((lo - threshold) >> 31));
}
