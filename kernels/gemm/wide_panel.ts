// Sixteen columns of C in tiles of six rows, of five and of four: what the variant `wide` computes in place of tiles of two.
//
// Where the processor has vectors of eight lanes and a flag says so, V8 makes one of two vectors of four that lie one
// behind the other in memory, and of whatever becomes of both alike. It begins at pairs of stores and works its way up to
// the loads. So the tiles load, multiply and store in pairs, and one splat of A serves both of each. Eight sums or more
// hide the latency of a multiply-add; the four that two rows make do not. Without the flag the tiles have 20 or more
// accumulators in 16 registers, and are slower than two rows: docs/log.md.
//
// Numerics: those of gemm.ts, to the bit: one accumulator an element, p ascending, one madd a term.
// Tested in test/kernels/gemm.test.ts and test/runtime/wide_simd.test.ts, timed by bench/matmul.bench.ts.

import { tile4x16 } from "./tile4x16";
import { tile5x16 } from "./tile5x16";
import { tile6x16 } from "./tile6x16";

/** Where tiles begin that begin at nothing: all load their start, since accumulators of two origins cost a tenth. */
const ZEROS = WIDE ? memory.data(64, 16) : 0;

/** As wholePanel of panel.ts, for three rows or more. */
export function widePanel(
  c: usize,
  cRow: usize,
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  bias: usize,
  init: usize,
  kc: usize,
  runs: usize,
  jump: usize,
  rows: usize,
): void {
  const startRow: usize = init === 2 ? cRow : 0;
  let start = init === 2 ? c : init === 1 ? bias : ZEROS;
  // Sixes and fives where rows can be cut into them, of the fewest tiles that are enough; else fives and fours.
  const six = (rows + 5) / 6;
  const five = (rows + 4) / 5;
  const isEven = rows >= 5 * six;
  const sixes: usize = isEven ? rows - 5 * six : 0;
  const fives: usize = isEven ? six - sixes : rows > 4 * five ? rows - 4 * five : 0;
  for (let i: usize = 0; i < sixes; i++) {
    tile6x16(c, cRow, start, startRow, a, aRow, aStep, b, bStep, kc, runs, jump);
    c += 6 * cRow;
    a += 6 * aRow;
    start += 6 * startRow;
  }
  for (let i: usize = 0; i < fives; i++) {
    tile5x16(c, cRow, start, startRow, a, aRow, aStep, b, bStep, kc, runs, jump);
    c += 5 * cRow;
    a += 5 * aRow;
    start += 5 * startRow;
  }
  for (let i: usize = 6 * sixes + 5 * fives; i < rows; i += 4) {
    const fourth: usize = i + 3 < rows ? 3 : 2; // fewer than three are never left
    tile4x16(c, cRow, start, startRow, a, aRow, aStep, b, bStep, kc, runs, jump, fourth);
    c += 4 * cRow;
    a += 4 * aRow;
    start += 4 * startRow;
  }
}
