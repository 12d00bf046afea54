// MeanTransform: the inverse cosine transform of a block of 8 × 8, and the mean of what comes of it, in one.
//
//   x[i] = Σₖ aₖ·F[k]·cos((2i+1)kπ/16)     a₀ = 1/√8, else ½
//   y[j] = mean of the 8/n samples x[i] of square j = Σₖ m[j,k]·F[k]
//
// in both directions, with n of its own each. A photograph that becomes smaller by four has four samples a block computed
// instead of 64, and they are exactly what averaging all 64 gives, but for the clamping of single samples.
//
// m[n−1−j, k] = (−1)ᵏ·m[j,k], so that half of the rows is computed, its even and its odd terms apart.

/** How the samples of a block lie in both directions. */
export class MeanTransform {
  private readonly down: Float64Array;
  private readonly across: Float64Array;
  /** Behind the transform of columns: a row of 8 for each row of samples. */
  private readonly rows = new Float64Array(64);

  /** @param columns of samples a block, and rows: 1, 2, 4 or 8 */
  constructor(
    private readonly columnCount: number,
    private readonly rowCount: number,
  ) {
    this.across = means(columnCount);
    this.down = means(rowCount);
  }

  /**
   * @param block 64 coefficients, row by row, frequencies across rising in a row
   * @param to    the samples, 0 … 255, from `at` on, with a row every `stride`
   */
  write(block: Int32Array, to: Uint8ClampedArray, at: number, stride: number): void {
    const { rows, down, across, columnCount, rowCount } = this;
    const half = (rowCount + 1) >> 1;
    for (let u = 0; u < 8; u++) {
      const f0 = block[u];
      const f1 = block[u + 8];
      const f2 = block[u + 16];
      const f3 = block[u + 24];
      const f4 = block[u + 32];
      const f5 = block[u + 40];
      const f6 = block[u + 48];
      const f7 = block[u + 56];
      // Of many columns nothing but the first is left.
      if ((f1 | f2 | f3 | f4 | f5 | f6 | f7) === 0) {
        const value = down[0] * f0;
        for (let j = u; j < 8 * rowCount; j += 8) rows[j] = value;
        continue;
      }
      for (let j = 0; j < half; j++) {
        const m = 8 * j;
        const even = down[m] * f0 + down[m + 2] * f2 + down[m + 4] * f4 + down[m + 6] * f6;
        const odd = down[m + 1] * f1 + down[m + 3] * f3 + down[m + 5] * f5 + down[m + 7] * f7;
        rows[m + u] = even + odd;
        rows[8 * (rowCount - 1 - j) + u] = even - odd;
      }
    }
    const halfRow = (columnCount + 1) >> 1;
    for (let row = 0; row < 8 * rowCount; row += 8) {
      const f0 = rows[row];
      const f1 = rows[row + 1];
      const f2 = rows[row + 2];
      const f3 = rows[row + 3];
      const f4 = rows[row + 4];
      const f5 = rows[row + 5];
      const f6 = rows[row + 6];
      const f7 = rows[row + 7];
      for (let j = 0; j < halfRow; j++) {
        const m = 8 * j;
        const even = 128 + across[m] * f0 + across[m + 2] * f2 + across[m + 4] * f4 + across[m + 6] * f6;
        const odd = across[m + 1] * f1 + across[m + 3] * f3 + across[m + 5] * f5 + across[m + 7] * f7;
        to[at + j] = even + odd;
        to[at + columnCount - 1 - j] = even - odd;
      }
      at += stride;
    }
  }

  /** The same of a block that has nothing but its first coefficient. */
  writeFlat(first: number, to: Uint8ClampedArray, at: number, stride: number): void {
    const value = first / 8 + 128;
    for (let y = 0; y < this.rowCount; y++, at += stride) {
      for (let x = 0; x < this.columnCount; x++) to[at + x] = value;
    }
  }
}

/** m, row by row. @param n of samples a block */
function means(n: number): Float64Array {
  const size = 8 / n;
  return Float64Array.from({ length: 8 * n }, (_, index) => {
    const [j, k] = [index >> 3, index & 7];
    let sum = 0;
    for (let i = j * size; i < (j + 1) * size; i++) sum += Math.cos(((2 * i + 1) * k * Math.PI) / 16);
    return ((k === 0 ? Math.SQRT1_2 / 2 : 0.5) * sum) / size;
  });
}
