// Rows of an image within its padding, where a convolution's windows lie in them.
//
//   strip[i, j, c] = x[top + i − padding, j − padding, c],  0 outside the image;  i < rows, j < W + 2·padding
//
// x      [H, W, C], one image
// strip  [rows, W + 2·padding, C], and STRIP_OVERRUN elements behind it that may be written
// Without padding nothing is copied. Numerics: exact. Tested in test/ops/conv2d.test.ts.

import { load4, store4, zero4 } from "../shared/simd";

/** Where these rows are: in `strip`, or in x itself. */
export function padded(
  strip: usize,
  x: usize,
  h: usize,
  w: usize,
  c: usize,
  padding: usize,
  top: usize,
  rows: usize,
): usize {
  const row = w * c;
  if (padding === 0) return x + ((top * row) << 2);
  const side = padding * c;
  let to = strip;
  for (let i = top; i < top + rows; i++) {
    const inside: usize = i - padding < h ? row : 0; // i < padding makes a large number
    fillZero(to, side);
    to += side << 2;
    copy(to, x + (((i - padding) * row) << 2), inside);
    to += inside << 2;
    fillZero(to, side + row - inside);
    to += (side + row - inside) << 2;
  }
  return strip;
}

// In whole vectors: what is written too much is of what comes next, and is written later.

function fillZero(y: usize, count: usize): void {
  const zero = zero4();
  for (let i: usize = 0; i < count; i += 4) store4(y, i, zero);
}

// @inline
function copy(y: usize, x: usize, count: usize): void {
  for (let i: usize = 0; i < count; i += 4) store4(y, i, load4(x, i));
}
