// The faults that run.ts plants: by file, as [what it is, the text, what stands there instead]. The text
// stands once in its file; faults.test.ts fails where it no longer does: then mend the fault, or replace it.
//
// Each can be observed: none that computes the same in another way, rounds no worse, or writes twice what is right.
import { readFileSync } from "node:fs";

export interface Fault {
  file: string;
  what: string;
  before: string;
  after: string;
}

const BY_FILE: Record<string, readonly (readonly [what: string, before: string, after: string])[]> = {
  "kernels/gemm.ts": [
    ["the last row of an odd m is left out", "const last = min(to * MR, m);", "const last = min(to * MR, m & ~1);"],
    ["rows behind the last are written", "const last = min(to * MR, m);", "const last = to * MR;"],
    ["the start of the range is ignored", "for (let i = from * MR; i < last;", "for (let i: usize = 0; i < last;"],
    ["each depth block reads the first columns of A", "(i * aRow + pc * aCol) << 2", "(i * aRow) << 2"],
    ["each depth block reads the first rows of B", "(j / NR) * bPanel + pc * bRow", "(j / NR) * bPanel"],
    [
      "the second depth block starts anew",
      "accumulate | pc ? 2 : bias ? 1 : 0;\n    for",
      "accumulate ? 2 : bias ? 1 : 0;\n    for",
    ],
    ["two rows of every 64 are left out", "const rows = min(MC, last - i);", "const rows = min(MC - MR, last - i);"],
    ["the last column of the last panel is left out", "0, rows, n - j);", "0, rows, n - j - 1);"],
    [
      "a panel is packed over the one before",
      "packed + ((panel * k * NR) << 2)",
      "packed + ((panel * k * (NR - 4)) << 2)",
    ],
    [
      "by columns: the second depth block starts anew",
      "accumulate | pc ? 2 : bias ? 1 : 0;\n      pack",
      "accumulate ? 2 : bias ? 1 : 0;\n      pack",
    ],
    ["a single row: every depth block begins at the bias", "init === 2 ? out : init === 1", "init"],
    [
      "a single row: all columns have the first ones' bias",
      "init === 1 ? bias + (j << 2) : 0",
      "init === 1 ? bias : 0",
    ],
    ["a single row: each depth block reads the first rows of B", "b + ((pc * bRow + j) << 2)", "b + (j << 2)"],
    ["by columns: each depth block reads the first rows of B", "b + ((pc * bRow) << 2)", "b"],
    ["by columns: each depth block reads the first columns of A", "a + ((pc * aCol) << 2)", "a"],
    [
      "by columns: all panels have the first one's bias",
      "const start = bias + (j << 2);\n    const out",
      "const start = bias;\n    const out",
    ],
  ],
  "kernels/gemm/panel.ts": [
    ["a column beyond the last counts as one of a panel", "if (cols >= NR)", "if (cols >= NR - 1)"],
    ["the row after a last single one is written", "i + 1 < rows ? 1 : 0", "1"],
    ["the last four columns are multiplied with those before", "c13 = madd(s, b3, c13);", "c13 = madd(s, b2, c13);"],
    ["both rows of a tile read the first one of A", "let second = a + aRow;", "let second = a;"],
    ["the second row accumulates on the first", "init === 1 ? bias : c + cRow", "init === 1 ? bias : c"],
    ["the bias of columns 8 to 11 is that of 4 to 7", "c12 = load4(next, 8);", "c12 = load4(next, 4);"],
    ["the second half of the last panel has the bias of the first", "bStep, bias + at, init", "bStep, bias, init"],
    ["the row after the last of the last panel is written", "min(4, rows - i - 1)", "4"],
  ],
  "kernels/gemm/pack.ts": [
    ["a transposed B is packed as if it were not", "if (isWhole && bCol === 1) {", "if (isWhole) {"],
    [
      "what is left of a transposed panel is that before",
      "for (; p + 4 <= k; p += 4) {",
      "for (; p + 3 <= k; p += 4) {",
    ],
  ],
  "kernels/gemm/tile1x32.ts": [
    ["the last four columns are multiplied with those before", "load4(b, 28)", "load4(b, 24)"],
    ["columns 4 to 7 begin where the first do", "c1 = load4(start, 4);", "c1 = load4(start, 0);"],
  ],
  "kernels/gemm/tile5x8.ts": [
    [
      "the fourth row begins at the bias of the third",
      "c30 = load4(isBias ? bias : c3, 0);",
      "c30 = load4(isBias ? bias : c2, 0);",
    ],
    ["of eight columns the last four are those before", "c21 = madd(s, b1, c21);", "c21 = madd(s, b0, c21);"],
    ["a tail of no columns stores one", "if (cols > 4) storeTail", "if (cols >= 4) storeTail"],
    ["three columns are stored as four", "} else if (cols >= 4) {", "} else if (cols >= 3) {"],
    ["the third row reads the second one of A", "let a2 = a + third * aRow;", "let a2 = a + second * aRow;"],
  ],
  "kernels/gemm/wide_panel.ts": [
    ["wide: a tile of four too few", "const five = (rows + 4) / 5;", "const five = rows / 5;"],
    ["wide: a tile of six too many", "isEven ? rows - 5 * six : 0", "isEven ? rows - 5 * six + 1 : 0"],
    ["wide: the row after the last three is written", "i + 3 < rows ? 3 : 2", "3"],
    ["wide: there is no bias", "init === 1 ? bias : ZEROS", "ZEROS"],
    ["wide: every row accumulates on the first", "init === 2 ? cRow : 0", "0"],
    ["wide: tiles behind one of five rows read a row of A too early", "a += 5 * aRow;", "a += 4 * aRow;"],
  ],
  "kernels/gemm/tile4x16.ts": [
    [
      "wide: the last four columns of the fourth row are those before",
      "c33 = madd(s, b3, c33);",
      "c33 = madd(s, b2, c33);",
    ],
    ["wide: the third row starts as the second", "const start2 = start1 + startRow;", "const start2 = start1;"],
  ],
  "kernels/gemm/tile6x16.ts": [
    ["wide: the sixth row reads the fifth of A", "s = splat(a5, 0);", "s = splat(a4, 0);"],
    [
      "wide: the last four columns of the sixth row start as those before",
      "c53 = load4(start5, 12);",
      "c53 = load4(start5, 8);",
    ],
  ],
  "kernels/gemm/tile5x16.ts": [
    ["wide: the fifth row reads the fourth of A", "s = splat(a4, 0);", "s = splat(a3, 0);"],
    ["wide: the second row stays at its first term", "    a1 += aStep;\n", ""],
  ],
  "kernels/shared/simd.ts": [
    ["the third lane of a tail is not stored", "if (count > 2) v128.store_lane", "if (count > 3) v128.store_lane"],
    ["a tail of one lane stores two", "if (count > 1) v128.store_lane", "if (count > 0) v128.store_lane"],
    [
      "a tail of three lanes is stored as four",
      "if (i + 4 <= to) store4(y, i, value);",
      "if (i + 3 <= to) store4(y, i, value);",
    ],
    [
      "the last lane of a tail is not stored",
      "else storeTail(y, i, to - i, value);",
      "else storeTail(y, i, to - i - 1, value);",
    ],
    ["a mask takes a lane too many", "MASKS + ((4 - count) << 2)", "MASKS + ((4 - min<usize>(4, count + 1)) << 2)"],
    [
      "the fourth lane is not added up, the third twice",
      "f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3)",
      "f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 2)",
    ],
    ["the upper two lanes are widened from one", "x, x, 2, 3, 2, 3", "x, x, 2, 2, 2, 2"],
    ["of four rounded lanes the last is the third", "0, 1, 4, 5);", "0, 1, 4, 4);"],
    [
      "plain SIMD: the addend is taken off",
      "return f32x4.add(f32x4.mul(a, b), c);",
      "return f32x4.sub(f32x4.mul(a, b), c);",
    ],
    ["relaxed SIMD: factor and addend are exchanged", "f32x4.relaxed_madd(a, b, c)", "f32x4.relaxed_madd(a, c, b)"],
    ["relaxed SIMD rounds twice", "return f32x4.relaxed_madd(a, b, c);", "return f32x4.add(f32x4.mul(a, b), c);"],
  ],
  "kernels/shared/f64.ts": [["lanes 2 and 3 are widened from 0 and 1", "value, value, 1, 1", "value, value, 0, 0"]],
  "kernels/shared/broadcast.ts": [
    ["dimensions are read at the wrong stride", "outer + (axis - 1) * 12", "outer + (axis - 1) * 8"],
    ["slower dimensions count the faster ones' steps", "    rest /= dim;\n", ""],
    ["b's rows follow a's strides", "rowStart(outer, outerRank, row, 2)", "rowStart(outer, outerRank, row, 1)"],
    ["a is repeated where b is", "const left = aStep ?", "const left = bStep ?"],
    ["b − a instead of a − b", "return f32x4.sub(a, b);", "return f32x4.sub(b, a);"],
    ["a row's tail is stored as four", "if (i + 4 <= stop) store4", "if (i < stop) store4"],
  ],
  "kernels/shared/exp64.ts": [
    ["1/6! is one percent off", "1.388888888888889e-3", "1.4e-3"],
    ["the low half of ln 2 is dropped", "f64x2.mul(n, splat64(EXP64, 2))", "f64x2.splat(0)"],
  ],
  "kernels/shared/gray.ts": [
    ["a row is read one too low", "(i - 1) * w + j", "i * w + j"],
    ["the lower border is the next image", "if (i === 0 || i > h) {", "if (i === 0) {"],
    ["the right border is not centred", "storeF32(out, w + 1, 0 - centre);", "storeF32(out, w + 1, 0);"],
    ["a place passed by counts only if the second differs", "v128.and(not0, f32x4.ne(best, b))", "f32x4.ne(best, b)"],
    ["a NaN in the third place is not seen", "f32x4.add(f32x4.add(b, d), e)", "f32x4.add(b, e)"],
    ["an activation of zero passes the gradient on", "f32x4.le(best, zero4())", "f32x4.lt(best, zero4())"],
  ],
  "kernels/shared/math.ts": [
    ["a coefficient of exp loses its last digits", "1.6666665459e-1", "1.66666e-1"],
    [
      "exp: the low half of ln 2 is dropped",
      "madd(n, splat(EXP, 4), madd(n, splat(EXP, 3), clamped))",
      "madd(n, splat(EXP, 3), clamped)",
    ],
    ["exp stops falling at −80", "  -104.0,", "  -80.0,"],
    ["exp stops rising at 88", "  89.0,", "  88.0,"],
    [
      "exp: 2ⁿ in one factor, which is neither infinite nor subnormal",
      "f32x4.mul(f32x4.mul(p, powerOfTwo(half)), powerOfTwo(i32x4.sub(exponent, half)))",
      "f32x4.mul(p, powerOfTwo(exponent))",
    ],
    ["exp: NaN becomes a number", "f32x4.pmax(x, splat(EXP, 0))", "f32x4.pmax(splat(EXP, 0), x)"],
    ["log: subnormal numbers are not scaled back", "v128.and(isSubnormal, v128.load32_splat(BITS + 16))", "zero4()"],
    [
      "log of 0 is finite",
      "return v128.bitselect(outside, result, f32x4.le(x, zero4()));",
      "return v128.bitselect(outside, result, f32x4.lt(x, zero4()));",
    ],
    ["log of ∞ is finite", "v128.bitselect(finite, x, f32x4.lt(x, splat(SCALE, 4)))", "finite"],
    ["tanh takes the formula of large arguments too early", "0.625, 1.0, 2.0,", "0.0625, 1.0, 2.0,"],
    ["tanh loses the sign", "return v128.or(magnitude, v128.xor(x, size));", "return magnitude;"],
    ["sigmoid overflows for negative x", "exp4(f32x4.neg(f32x4.abs(x)))", "exp4(f32x4.neg(x))"],
  ],
  "kernels/shared/norm.ts": [
    ["backward does not take the mean off", "madd(f32x4.sub(y, mean), slope, shift)", "madd(y, slope, shift)"],
    [
      "the bias is the scale",
      "return madd(f32x4.sub(y, mean), scale, bias);",
      "return madd(f32x4.sub(y, mean), scale, scale);",
    ],
  ],
  "kernels/shared/parameters.ts": [
    ["the start of the range is ignored", "return from > first ? from - first : 0;", "return 0;"],
    ["the end of the range is ignored", "min(to - first, sizeOf(table, row))", "sizeOf(table, row)"],
    ["parameters that shall not decay do", "word(table, row, 4) ? decay : none", "decay"],
  ],
  "kernels/random/philox.ts": [
    ["nine rounds instead of ten", "const ROUNDS: usize = 10;", "const ROUNDS: usize = 9;"],
    ["the second key does not advance", "    k1 += load<u32>(KEY_STEPS, 4);\n", ""],
    ["the fourth counter is the third", "memory.data<u32>([0, 1, 2, 3])", "memory.data<u32>([0, 1, 2, 2])"],
    ["a tail is stored as sixteen", "if (i >= from && i + 16 <= to) {", "if (i >= from && i < to) {"],
    [
      "a head's lane before the range is written",
      "if (i + 2 >= from && i + 2 < to)",
      "if (i + 3 >= from && i + 2 < to)",
    ],
  ],
  "kernels/shared/products.ts": [
    ["a sum of products keeps only the last", "NR, n, accumulate, 0, rowTiles(m)", "NR, n, 0, 0, rowTiles(m)"],
  ],
  "kernels/softmax/rows.ts": [
    ["a single number behind the last four is not looked at", "if (i < size) lanes =", "if (i + 1 < size) lanes ="],
    ["the largest of negative numbers is 0", "let lanes = lowest;", "let lanes = zero4();"],
    ["what lies behind the row counts in its sum", "v128.and(e, laneMask(min<usize>(4, size - i)))", "e"],
  ],
  "kernels/abi/abi.ts": [
    ["less slack than kernels read", "READ_SLACK: usize = 64;", "READ_SLACK: usize = 16;"],
    ["a count that is no multiple loses its rest", "const padded = count + size - 1;", "const padded = count;"],
    ["rows within their border are cut", "return (w + 7) & ~3;", "return (w + 3) & ~3;"],
    ["conv1_block: scratch for two rows less", "(h + 2) * 2 * w", "h * 2 * w"],
    ["winograd: scratch without the discarded pixels", "(SLOT_PAIRS + 2) * channels", "(SLOT_PAIRS + 1) * channels"],
    [
      "winograd: scratch for the filters of three input channels",
      "(18 + 4 * SLOT_PAIRS) * cout",
      "(18 + 3 * SLOT_PAIRS) * cout",
    ],
    [
      "winograd blocks: scratch for activations of cin channels",
      "winogradGroup(h, w) * h * w * cout",
      "winogradGroup(h, w) * h * w * cin",
    ],
    [
      "conv1_block backward: scratch for three rows of four",
      "4 * borderedRowSize(w) + GRAY_WINDOW",
      "3 * borderedRowSize(w) + GRAY_WINDOW",
    ],
    ["first layer's statistics: scratch in f32", "return 2 * (h + 2) * (w + 2);", "return (h + 2) * (w + 2);"],
    [
      "batch norm: partial sums without room for whole vectors",
      "chunksOf(n) * 2 * wholeVectors(c) * 2",
      "chunksOf(n) * 2 * c * 2",
    ],
    ["convolution: scratch for half a block of dx", "return CONV_BLOCK * k;", "return (CONV_BLOCK >> 1) * k;"],
    ["convolution: a strip without its padding", "(w + 2 * padding) * cin + STRIP", "w * cin + STRIP"],
    ["convolution: a strip of rows that windows begin in", "(rows - 1) * stride + kh)", "(rows - 1) * stride)"],
    ["augment: scratch without the spline's rows", "7 * w + 40", "7 * w + 16"],
  ],
  "kernels/accumulate.ts": [
    [
      "the tail is overwritten",
      "if (i < to) storeTail(y, i, to - i, f32x4.add(load4(y, i), load4(x, i)));",
      "if (i < to) storeTail(y, i, to - i, load4(x, i));",
    ],
    ["the start of the range is ignored", "let i = from;", "let i: usize = 0;"],
  ],
  "kernels/adam.ts": [
    ["Adam's weight decay is dropped", "madd(decay, weights, load4(g, i))", "load4(g, i)"],
    ["AdamW's weight decay is dropped", "f32x4.mul(weights, shrinkage)", "weights"],
    [
      "AdamW: parameters that shall not decay do",
      "decayOf(table, row, shrink, 1)",
      "decayOf(table, row, shrink, shrink)",
    ],
    [
      "ε within the root",
      "madd(f32x4.sqrt(square), scale, eps)",
      "f32x4.mul(f32x4.sqrt(f32x4.add(square, eps)), scale)",
    ],
    ["ε is 0", "const eps = f32x4.splat(epsilon);", "const eps = f32x4.splat(0);"],
    ["the second moment of a tail is not kept", "        storeTail(ownV, i, end - i, square);\n", ""],
    ["the second moment takes the first one's rate", "madd(f32x4.mul(a2, d), d", "madd(f32x4.mul(a1, d), d"],
    ["all parameters share the second moments of the first", "const ownV = v + moments;", "const ownV = v;"],
    [
      "the second moment is not corrected for its start",
      "const scale = f32x4.splat(vScale);",
      "const scale = f32x4.splat(1);",
    ],
  ],
  "kernels/argmax.ts": [
    ["the last of equal values wins", "f32x4.gt(value, best)", "f32x4.ge(value, best)"],
    ["the last NaN wins", "v128.and(f32x4.ne(value, value), f32x4.eq(best, best))", "f32x4.ne(value, value)"],
    ["in a row, a number beats NaN", "r < size && <bool>f32.eq(best, best)", "r < size"],
    ["in a row, NaN does not win", "if (!(value <= best)) {", "if (value > best) {"],
    ["the last place is not looked at", "r < reduce; r++", "r + 1 < reduce; r++"],
  ],
  "kernels/augment.ts": [
    ["the right border begins a column too early", "f32x4.splat(<f32>(w + 1))", "f32x4.splat(<f32>w)"],
    ["a row's shear is that of the columns", "loadF32(plan, 4) * <f32>i", "loadF32(plan, 3) * <f32>i"],
    ["the fourth pixel's right neighbour is the third's", "ab, cd, 1, 3, 5, 7", "ab, cd, 1, 3, 5, 5"],
    ["thinning thickens", "f32x4.splat(abs(t))", "f32x4.splat(t)"],
    ["the fourth pixel behind a row's end is stored", "if (i + 3 < to)", "if (i + 2 < to)"],
    ["the borders are not cleared", "  memory.fill(scratch, 0, augmentScratch(h, w, channels) << 2);\n", ""],
    ["bytes are taken for fractions", "isBytes ? 255 : 1", "1"],
    ["every channel has the first one's deviation", "loadF32(table, channels + c)", "loadF32(table, channels)"],
  ],
  "kernels/augment/strokes.ts": [
    ["thickening sees two columns of three", "k < 3; k++", "k < 2; k++"],
    ["thickening sees two rows of three", "row <= at + pitch - 1", "row < at + pitch - 1"],
    [
      "a second pass thickens where it should thin",
      "extreme(plane, i * pitch + j, pitch, t > 0)",
      "extreme(plane, i * pitch + j, pitch, true)",
    ],
  ],
  "kernels/augment/scan.ts": [
    ["blur is done once", "  smoothOnce(plane, out, b, h, w);\n", ""],
    [
      "noise brightens",
      "splat(amplitude), load4(noise, i * w + j)",
      "splat(amplitude), f32x4.abs(load4(noise, i * w + j))",
    ],
  ],
  "kernels/augment/blocks.ts": [
    ["the cosines' second half has the first's sign", "isNegative ? -value : value", "value"],
    [
      "all coefficients have the first one's step",
      "madd(place, f32x4.splat(step / 2), f32x4.splat(step))",
      "f32x4.splat(step)",
    ],
  ],
  "kernels/augment/spline.ts": [
    ["knots are half a pixel off", "(<f32>i + 0.5) * SEGMENTS", "<f32>i * SEGMENTS"],
    ["both axes move by the first one's knots", "load4(spline, KNOTS + at)", "load4(spline, at)"],
    ["the third basis function is wrong", "(4 - 3 * g * g * (2 - g)) / 6", "(4 - 3 * g * g * (2 - f)) / 6"],
  ],
  "kernels/avg_pool2d.ts": [
    [
      "zeros of the padding do not count",
      "f32x4.splat(<f32>(area ? area : height * width))",
      "f32x4.splat(<f32>(height * width))",
    ],
    [
      "in backward zeros of the padding do not count",
      "<f32>1 / <f32>(area ? area : height * width)",
      "<f32>1 / <f32>(height * width)",
    ],
    ["channels 12 to 15 are 8 to 11", "f32x4.div(s3, places)", "f32x4.div(s2, places)"],
    [
      "pixels that no window covers keep what was there",
      "      if (i0 === i1 || j0 === j1) memory.fill(out, 0, c << 2);\n",
      "",
    ],
    ["only the last window of a row counts in backward", "i === i0 && j === j0", "i === i0"],
  ],
  "kernels/batch_norm2d.ts": [
    ["what is added is the first pixel's", "load4(added + at, i)", "load4(added, i)"],
    ["the running variance is the biased one", "(momentum * m2) / (count - 1)", "(momentum * m2) / count"],
    ["the batch is normalised by the unbiased variance", "mean, m2 / count, gamma", "mean, m2 / (count - 1), gamma"],
    ["the variance between chunks is dropped", " + (delta * delta * count * more) / (count + more)", ""],
    [
      "the last chunk counts as a whole one",
      "const more = <f64>(min(CHUNK, n - image) * hw);",
      "const more = <f64>(CHUNK * hw);",
    ],
    ["the mean's rounding error is dropped", "<f64>loadF32(beta, i) - low * scale", "<f64>loadF32(beta, i)"],
    ["ε is dropped", "Math.sqrt(variance + eps)", "Math.sqrt(variance)"],
    [
      "pixels behind the range are written",
      "const end = first + min(NORM_ROWS, to - p) * step;",
      "const end = first + NORM_ROWS * step;",
    ],
    [
      "momentum weighs the old mean",
      "<f32>((1 - momentum) * <f64>loadF32(runningMean, i) + momentum * mean)",
      "<f32>(momentum * <f64>loadF32(runningMean, i) + (1 - momentum) * mean)",
    ],
  ],
  "kernels/batch_norm2d_backward.ts": [
    ["the last pixel of an odd block is left out", "  if (at < end) {", "  if (at > end) {"],
    ["the mean's rounding error is dropped from dγ", "inverse * (product - low * sum)", "inverse * product"],
    ["the mean's rounding error is dropped from dx", " / pixels - slope * low", " / pixels"],
    ["the last block reads the next chunk", "min(BLOCK, pixels - p)", "BLOCK"],
    ["sums start from what was there", "    memory.fill(sums, 0, (2 * c4) << 3);\n", ""],
    ["a last chunk that is not whole is left out", "chunk * CHUNK < n", "chunk * CHUNK + CHUNK <= n"],
    ["of the products with x every other pixel counts", "f32x4.add(t0, t1)", "t0"],
    [
      "evaluation: a tail is stored as four",
      "least), scale);\n      if (i + 4 <= c)",
      "least), scale);\n      if (i < c)",
    ],
    [
      "the gradient goes on where a ReLU gave 0, and not elsewhere",
      "f32x4.le(madd(d, scale, bias), least)",
      "f32x4.gt(madd(d, scale, bias), least)",
    ],
    [
      "a ReLU is forgotten in dx",
      "madd(live(load4(dy + at, i), d, scale, bias, least), scale,",
      "madd(load4(dy + at, i), scale,",
    ],
  ],
  "kernels/batch_norm2d_statistics.ts": [
    ["the mean's correction is dropped", "f64x2.sub(f64x2.add(m, correction), old)", "f64x2.sub(m, old)"],
    ["blocks before the last count once in M2", "<f64>(before + p), inverse", "<f64>before, inverse"],
    ["pixels of groups before do not count", "<f64>count / <f64>(before + p + count)", "<f64>count / <f64>(p + count)"],
    [
      "the last pixel of an odd block is left out of M2",
      "  if (at < end) {\n    const a",
      "  if (at > end) {\n    const a",
    ],
    ["the last block is taken for a whole one", "const count = min(BLOCK, pixels - p);", "const count = BLOCK;"],
  ],
  "kernels/clip_grad_norm.ts": [
    ["each gradient's sums replace those before", "    before += count;\n", ""],
    [
      "the last element is left out",
      "for (; i < to; i++) {\n    const value",
      "for (; i + 1 < to; i++) {\n    const value",
    ],
    ["the last chunk reads behind the gradient", "min(size, start + SQUARES_CHUNK)", "start + SQUARES_CHUNK"],
    ["lanes 2 and 3 are multiplied with 0 and 1", "f64x2.mul(b, b)", "f64x2.mul(a, b)"],
    ["the last chunk is not added", "chunk < count; chunk++", "chunk + 1 < count; chunk++"],
  ],
  "kernels/conv1_block.ts": [
    ["the last row of a range is not prepared", "i < 2 * end + 2", "i < 2 * end + 1"],
    ["four channels behind the last are written", "o + 8 > cout ? 0 : 4", "4"],
    [
      "of the second four channels the third place is the fourth",
      "firstPlace(best1, a1, b1, d1)",
      "firstPlace(best1, a1, b1, e1)",
    ],
    ["all channels have the first four biases", "load4(bias, o)", "load4(bias, 0)"],
    ["a sign of the input's transform", "[0x80000000, 0, 0x80000000, 0x80000000]", "[0x80000000, 0, 0, 0x80000000]"],
    ["a sign of the filters' transform", "f32x4.sub(outer, inner)", "f32x4.sub(inner, outer)"],
    ["the second four channels start from the first four's", "v128.load(u, 256)", "v128.load(u, 224)"],
    [
      "the second four channels have the first four's places",
      "v128.store_lane<u32>(argmax + other, bytes, 1)",
      "v128.store_lane<u32>(argmax + other, bytes, 0)",
    ],
    ["no ReLU in the second four channels", "f32x4.pmax(best1, zero)", "best1"],
  ],
  "kernels/conv1_block_backward.ts": [
    ["rows wider than 128 pixels are never done", "max<usize>(1, GRAY_WINDOWS / ow)", "GRAY_WINDOWS / ow"],
    ["the last rows read the next image", "const count = min(rows, oh - i);", "const count = rows;"],
    ["the second channel takes the first one's places", "((places >> 4) & 0x70)", "((places << 4) & 0x70)"],
    ["clipped places are not zero", "  memory.fill(patches, 0, (rows * ow * GRAY_WINDOW) << 2);\n", ""],
    ["each image counts those before it again", "      memory.fill(scratch, 0, size << 2);\n", ""],
    ["chunks start from what was there", "    memory.fill(sums, 0, size << 3);\n", ""],
    ["the lower right place reads the lower left", "withOne(load4(lower, 2 * j + 1))", "withOne(load4(lower, 2 * j))"],
  ],
  "kernels/conv1_block_fold.ts": [
    ["a bias that is NaN does not show", " + (bias - bias)", ""],
    ["the running variance is the biased one", "(variance * <f64>pixels) / <f64>(pixels - 1)", "variance"],
    [
      "the centre is not taken off the shift",
      "weight * (loadF64(moments, a) - centre)",
      "weight * loadF64(moments, a)",
    ],
    ["the centre is not taken off in backward", "(loadF64(moments, a) - centre) * sum", "loadF64(moments, a) * sum"],
    ["a last chunk that is not whole is left out", "chunk * CHUNK < n", "chunk * CHUNK + CHUNK <= n"],
    ["the sums of rows 1 and 2 are read a place too early", "a + a / 3", "a"],
    ["the part along ŷ is scaled once", "inverse * gradient * covariance", "gradient * covariance"],
    ["the running mean lacks the bias", "let mean = bias;", "let mean: f64 = 0;"],
  ],
  "kernels/conv1_block_moments.ts": [
    ["the window's last row sees the first row of pixels", "if (r < 2) sum", "if (r < 3) sum"],
    ["the window's middle row does not see the last row of pixels", "if (r > 0) sum", "if (r > 1) sum"],
    ["a covariance lacks the means", "product - (mean * tapSum(partial, chunks, b)) / pixels", "product"],
    ["odd columns are left out", "return even + odd;", "return even;"],
  ],
  "kernels/conv1_block_statistics.ts": [
    ["the last two rows do not meet", "if (at + row < last)", "if (at + 2 * row < last)"],
    ["the first row counts twice", "if (at !== scratch + row) ", ""],
    ["a tap is multiplied with its neighbour", "f64x2.mul(a2, a2)", "f64x2.mul(a1, a2)"],
    ["chunks start from what was there", "    memory.fill(sums, 0, GRAY_KINDS * KIND_BYTES);\n", ""],
    ["images behind the last are read", "const end = min(n, (chunk + 1) * CHUNK);", "const end = (chunk + 1) * CHUNK;"],
  ],
  "kernels/conv2d.ts": [
    [
      "the last block writes behind the image",
      "const rows = min(most, oh - first);\n    const input",
      "const rows = most;\n    const input",
    ],
    ["dx starts from what was there", "    if (!onto) memory.fill(target, 0, (h * w * cin) << 2);\n", ""],
    ["dx of a 1×1 is not added", "k, cout, onto);", "k, cout, 0);"],
    ["dx is never added", "if (!onto) memory.fill(target", "memory.fill(target"],
    ["dw starts from what was there", "    memory.fill(dw, 0, kh * run * cRow);\n", ""],
    ["a padded 1×1 takes dy for dx's rows", "stride === 1 && padding === 0;", "stride === 1;"],
    ["a 1×1 with a stride takes dy for dx's rows", "stride === 1 && padding === 0;", "padding === 0;"],
    ["rows of a 1×1 with a stride count as close", "kw === 1 && stride === 1 ? rows", "kw === 1 ? rows"],
    ["images behind the last are read", "const end = min(n, (chunk + 1) * CHUNK);", "const end = (chunk + 1) * CHUNK;"],
    [
      "a block begins where the one before did",
      "(block - image * blocks) * most",
      "(block - image * blocks) * (most - 1)",
    ],
    ["the next run begins where the last one ended", "const jump = (pitch - length) << 2;", "const jump: usize = 0;"],
    ["every block of terms begins at the bias", "p ? 2 : bias ? 1 : 0", "bias ? 1 : 0"],
    ["every block of terms reads the first row of a window", "(r * (pitch - run) + p) << 2", "0"],
    ["a long run goes on where a short one would", "min(KC, run - (p - r * run))", "min(KC, run)"],
    [
      "dw: windows of the next row lie as those of the last",
      "((stride * pitch) << 2) - ow * aStep",
      "(pitch << 2) - ow * aStep",
    ],
  ],
  "kernels/conv2d/padded.ts": [
    ["the row below the image is read", "i - padding < h ?", "i - padding <= h ?"],
    [
      "what lies right of the image is not zero",
      "    fillZero(to, side + row - inside);\n",
      "    if (inside === 0) fillZero(to, side + row);\n",
    ],
    [
      "what lies left of the image is not zero",
      "    fillZero(to, side);\n",
      "    if (inside === 0) fillZero(to, side);\n",
    ],
    ["padding moves windows the other way", "x + (((i - padding) * row) << 2)", "x + (((i + padding) * row) << 2)"],
    ["all rows are the first", "  if (padding === 0) return x + ((top * row) << 2);", "  if (padding === 0) return x;"],
  ],
  "kernels/conv2d/col2im.ts": [
    ["the last row of the image gets nothing", "min<isize>(kh, <isize>h - top)", "min<isize>(kh, <isize>h - top - 1)"],
    ["overlapping windows overwrite a tail's gradient", "loadF32(x, i) + loadF32(y, i)", "loadF32(y, i)"],
    [
      "padding moves windows the other way",
      "let top = <isize>(i * stride) - <isize>padding;",
      "let top = <isize>(i * stride) + <isize>padding;",
    ],
    ["columns left of the image are added to it", "<usize>s0 * c) << 2", "0) << 2"],
  ],
  "kernels/cross_entropy.ts": [
    ["the label's part is not smoothed", "(1 - smoothing) * (loadF32", "(loadF32"],
    ["smoothing is not spread over the classes", "(smoothing / <f32>classes) * addLanes", "smoothing * addLanes"],
    ["what lies behind the row counts in the loss", "v128.and(d, laneMask(min<usize>(4, classes - i)))", "d"],
    ["the gradient is not divided", "loadF32(dy, row * dyStep) / divisor", "loadF32(dy, row * dyStep)"],
    ["all rows take the first one's gradient", "row * dyStep", "0"],
    ["labels from 4 on are not seen", "      lane = i32x4.add(lane, four);\n", ""],
  ],
  "kernels/dropout.ts": [
    ["words above 2³¹ are taken for negative", "i32x4.ge_u(word, limit)", "i32x4.ge_s(word, limit)"],
    ["a cut range draws other words", "let i = from & ~15;", "let i = from;"],
    ["what is kept is not scaled up", "f32x4.mul(load4(x, i), factor)", "load4(x, i)"],
  ],
  "kernels/ema.ts": [
    [
      "the share weighs the old mean",
      "madd(part, f32x4.sub(load4(p, i), old), old)",
      "madd(part, f32x4.sub(old, load4(p, i)), load4(p, i))",
    ],
    ["all parameters share the first one's means", "means + (firstOf(table, row) << 2)", "means"],
  ],
  "kernels/add.ts": [["a + a instead of a + b", "ADD, y, a, b, outer", "ADD, y, a, a, outer"]],
  "kernels/sub.ts": [["b − a, by a's strides", "SUB, y, a, b, outer", "SUB, y, b, a, outer"]],
  "kernels/mul.ts": [["repeated operands advance", "inner, aStep, bStep, from", "inner, 1, 1, from"]],
  "kernels/div.ts": [["a / a instead of a / b", "DIV, y, a, b, outer", "DIV, y, a, a, outer"]],
  "kernels/multiply_add.ts": [["a·b + a", "f32x4.splat(c)", "f32x4.splat(a)"]],
  "kernels/exp.ts": [["backward adds", "f32x4.mul(load4(dy, i), load4(y, i))", "f32x4.add(load4(dy, i), load4(y, i))"]],
  "kernels/log.ts": [
    ["backward multiplies", "f32x4.div(load4(dy, i), load4(x, i))", "f32x4.mul(load4(dy, i), load4(x, i))"],
  ],
  "kernels/sigmoid.ts": [["backward: 1 instead of 1 − y", "f32x4.sub(one, s)", "one"]],
  "kernels/tanh.ts": [
    ["backward: 1 − y instead of 1 − y²", "f32x4.mul(f32x4.sub(one, t), f32x4.add(one, t))", "f32x4.sub(one, t)"],
  ],
  "kernels/relu.ts": [
    [
      "backward passes gradients on where y is 0",
      "f32x4.le(load4(y, i), zero)));\n  }",
      "f32x4.lt(load4(y, i), zero)));\n  }",
    ],
    [
      "the tail's backward passes gradients on where y is 0",
      "if (i < to) storeTail(dx, i, to - i, v128.andnot(load4(dy, i), f32x4.le(",
      "if (i < to) storeTail(dx, i, to - i, v128.andnot(load4(dy, i), f32x4.lt(",
    ],
    ["NaN becomes 0", "store4(y, i, f32x4.max(load4(x, i), zero))", "store4(y, i, f32x4.pmax(zero, load4(x, i)))"],
  ],
  "kernels/flatten.ts": [
    ["the fourth column is the third", "f32x4.extract_lane(four, 3)", "f32x4.extract_lane(four, 2)"],
    ["the last column is left out", "for (; j < cols; j++) {", "for (; j + 1 < cols; j++) {"],
  ],
  "kernels/fold_batch_norm2d.ts": [
    ["ε is dropped", "loadF32(variance, o) + eps)", "loadF32(variance, o))"],
    ["the mean is not scaled", "(bias - <f64>loadF32(mean, o)) * scale", "bias * scale - <f64>loadF32(mean, o)"],
    ["the last filter element is left out", "i < k * c; i += c", "i + c < k * c; i += c"],
  ],
  "kernels/gather.ts": [
    ["backward writes behind its columns", "target + i, target + to,", "target + i, target + rowSize,"],
    [
      "rows that come twice overwrite each other",
      "f32x4.add(load4(dx, target + i), load4(dy, start + i))",
      "load4(dy, start + i)",
    ],
    ["rows of words are gathered as bytes", "rowSize << 2, from, to", "rowSize, from, to"],
  ],
  "kernels/gelu.ts": [
    ["a coefficient of Φ loses its last digits", "0.7290836901055121", "0.72908"],
    [
      "−∞ gives NaN",
      "f64x2.mul(f64x2.pmax(x, splat64(C, 3)), distribution(c, bell(c)))",
      "f64x2.mul(x, distribution(c, bell(c)))",
    ],
    [
      "the slope lacks its density",
      "f64x2.add(distribution(c, e), f64x2.mul(f64x2.mul(c, splat64(C, 5)), e))",
      "distribution(c, e)",
    ],
    ["the tanh form's constant is 0.0447", "0.044715, 0.134145", "0.0447, 0.134145"],
    ["the tanh form's slope takes 0.044715 once", "splat64(C, 8)", "splat64(C, 7)"],
    ["Φ of positive x is that of −x", "f64x2.lt(x, f64x2.splat(0))", "f64x2.lt(f64x2.splat(0), x)"],
  ],
  "kernels/log_softmax.ts": [
    [
      "what lies behind the row counts in backward",
      "v128.and(load4(dy, i), laneMask(min<usize>(4, end - i)))",
      "load4(dy, i)",
    ],
    ["backward takes y for the probability", "f32x4.mul(exp4(load4(y, i)), total)", "f32x4.mul(load4(y, i), total)"],
  ],
  "kernels/max.ts": [
    [
      "NaN does not win",
      "f32x4.max(largest, load4(x, start + r * inner))",
      "f32x4.pmax(largest, load4(x, start + r * inner))",
    ],
    ["the last place is not looked at", "r < reduce; r++", "r + 1 < reduce; r++"],
    ["backward loses the column", "inner + at - o * inner, loadF32(dy, at)", "inner, loadF32(dy, at)"],
  ],
  "kernels/max_pool2d.ts": [
    ["2×2: the last of equal values of a row wins", "v128.and(f32x4.gt(b, a), one)", "v128.and(f32x4.ge(b, a), one)"],
    ["2×2: the lower of equal rows wins", "f32x4.gt(lower, upper)", "f32x4.ge(lower, upper)"],
    [
      "2×2: a NaN in the last place is not seen",
      "f32x4.add(f32x4.add(a, b), f32x4.add(d, e))",
      "f32x4.add(f32x4.add(a, b), d)",
    ],
    [
      "2×2: channels behind the last four are left out",
      "  if (i < c) poolCarefully(y, argmax, indexBytes, x, row, c, 2, 2, kw, i);\n",
      "",
    ],
    [
      "2×2 of a larger window: the lower row's places",
      "const below = i32x4.splat(<i32>kw);",
      "const below = i32x4.splat(2);",
    ],
    [
      "the last of equal values wins",
      "v128.bitselect(here, place, f32x4.gt(value, best))",
      "v128.bitselect(here, place, f32x4.ge(value, best))",
    ],
    ["NaN does not win", "v128.or(f32x4.gt(value, best), f32x4.ne(value, value))", "f32x4.gt(value, best)"],
    ["places above 127 are cut", "i8x16.narrow_i16x8_u(halves, halves)", "i8x16.narrow_i16x8_s(halves, halves)"],
    [
      "the third channel's place of a tail is not stored",
      "    if (count > 2) store<u8>(argmax + i, i8x16.extract_lane_u(bytes, 2), 2);\n",
      "",
    ],
    [
      "a tail's places are stored as four",
      "    if (count === 4) store4(argmax, i, place);\n    else storeTail(argmax, i, count, place);",
      "    store4(argmax, i, place);",
    ],
  ],
  "kernels/max_pool2d_backward.ts": [
    [
      "channels 12 to 15 take the places of 8 to 11",
      "i32x4.extend_high_i16x8_s(high)",
      "i32x4.extend_low_i16x8_s(high)",
    ],
    ["overlapping windows overwrite each other", "    if (!isFirst) sum = f32x4.add(load4(dx, i), sum);\n", ""],
    ["overlapping windows of many channels overwrite each other", "indexBytes === 1 && isFirst", "indexBytes === 1"],
    ["a place's row does not count", "(r - windowStart(rows, i)) * kw + s", "s"],
    [
      "pixels that no window covers keep what was there",
      "      if (i0 === i1 || j0 === j1) memory.fill(out, 0, c << 2);\n",
      "",
    ],
    [
      "places above 127 are taken for negative",
      "i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(",
      "i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(",
    ],
  ],
  "kernels/norm_relu_max_pool2d.ts": [
    ["a negative scale is not minded", "v128.and(scale, splat(SIGN, 0))", "zero4()"],
    ["a scale of 0: the fourth place may win", "          t3 = v128.bitselect(t0, t3, isFlat);\n", ""],
    ["of equal values in the lower row the last wins", "f32x4.gt(t3, t2)", "f32x4.ge(t3, t2)"],
    ["no ReLU", "f32x4.pmax(norm(highest, mean, scale, bias), zero4())", "norm(highest, mean, scale, bias)"],
    ["backward: the third place is the fourth", "i32x4.eq(place, two)", "i32x4.eq(place, three)"],
    [
      "the peak has the wrong sign where the scale is negative",
      "const highest = v128.xor(f32x4.pmax(top, bottom), sign);",
      "const highest = f32x4.pmax(top, bottom);",
    ],
  ],
  "kernels/norm_relu_mean.ts": [
    [
      "an activation of exactly zero counts as live",
      "const isLive = f32x4.gt(v, zero4());",
      "const isLive = f32x4.ge(v, zero4());",
    ],
    [
      "backward: an activation of exactly zero passes gradients on",
      "f32x4.gt(norm(value, mean, scale, bias), zero4())",
      "f32x4.ge(norm(value, mean, scale, bias), zero4())",
    ],
    ["the sums are not centred", "v128.and(isLive, f32x4.sub(value, mean))", "v128.and(isLive, value)"],
    [
      "backward is not divided by the pixels",
      "f32x4.mul(load4(dz, image * c + i), inverse)",
      "load4(dz, image * c + i)",
    ],
    ["sums start from what was there", "    memory.fill(sums, 0, (2 * c) << 3);\n", ""],
    [
      "images behind the last are read",
      "const end = min(n, (chunk + 1) * CHUNK) * c;",
      "const end = (chunk + 1) * CHUNK * c;",
    ],
  ],
  "kernels/normalize.ts": [
    [
      "bytes: one place too many of the table is read",
      "std = load4(table, period + at);\n        at = at + 4 < period",
      "std = load4(table, period + at);\n        at = at + 4 <= period",
    ],
    ["bytes: a table of four is taken for all", "if (period > 4) {", "if (period > 12) {"],
    [
      "f32: the table does not advance",
      "      at = at + 4 < period ? at + 4 : 0;\n    }\n  }\n}\n\nfunction",
      "    }\n  }\n}\n\nfunction",
    ],
    ["rows are not looked up", "index ? <usize>load<u32>(index + (row << 2)) : row", "row"],
    ["bytes are signed", "i16x8.extend_low_i8x16_u", "i16x8.extend_low_i8x16_s"],
  ],
  "kernels/random.ts": [
    ["a uniform number has 23 bits", "i32x4.shr_u(word, 8)", "i32x4.shr_u(word, 9)"],
    ["the third word is the second", "f32x4.mul(width, uniform(word2))", "f32x4.mul(width, uniform(word1))"],
    ["the fourth normal number is the third", "turn(word3, 0)", "turn(word3, 1)"],
    ["the logarithm of 0", "ln(f32x4.sub(splat(SCALES, 1), uniform(word)))", "ln(uniform(word))"],
    ["a coefficient of the cosine loses its last digits", "4.166664568298827e-2", "4.1666e-2"],
    ["the sign of the quarter is lost", "v128.xor(v128.bitselect(c, s, isOdd), sign)", "v128.bitselect(c, s, isOdd)"],
  ],
  "kernels/sgd.ts": [
    [
      "Nesterov's momentum weighs the gradient",
      "madd(rate, velocity, d) : velocity",
      "madd(rate, d, velocity) : velocity",
    ],
    ["the moments of a tail are not kept", "        storeTail(ownM, i, end - i, velocity);\n", ""],
    ["all parameters share the first one's moments", "const ownM = m + (firstOf(table, row) << 2);", "const ownM = m;"],
    [
      "without momentum weights do not decay",
      "madd(weightDecay, weights, load4(g, i));\n      storeUpTo",
      "load4(g, i);\n      storeUpTo",
    ],
  ],
  "kernels/softmax.ts": [
    ["what lies behind the row counts in the sum", "v128.and(e, laneMask(min<usize>(4, end - i)))", "e"],
    [
      "backward: what lies behind y's row counts",
      "v128.and(load4(y, i), laneMask(min<usize>(4, end - i)))",
      "load4(y, i)",
    ],
    [
      "backward: NaN behind dy's row counts",
      "v128.and(load4(dy, i), laneMask(min<usize>(4, end - i))), weight",
      "load4(dy, i), weight",
    ],
    ["no shift by the largest", "f32x4.splat(rowMax(x, start, size))", "zero4()"],
  ],
  "kernels/sum.ts": [
    ["what lies behind the row counts", "v128.and(load4(x, p), laneMask(min<usize>(4, end - p)))", "load4(x, p)"],
    ["what lies behind the last sum is written", "min(to * SUM_COLUMNS, size)", "to * SUM_COLUMNS"],
    ["columns 8 to 11 take the blocks of 4 to 7", "t2 = f32x4.add(t2, s2);", "t2 = f32x4.add(t2, s1);"],
    ["of blocks of 128 rows only the last counts", "total = f32x4.add(total, sum);", "total = sum;"],
    ["a range over several rows runs on", "min(inner - i, last - at)", "last - at"],
    ["of blocks of 2048 elements only the last counts", "total += <f64>addLanes", "total = <f64>addLanes"],
    [
      "a tail is stored as four",
      "if (count === 4) store4(y, at, sum);\n      else storeTail(y, at, count, sum);",
      "store4(y, at, sum);",
    ],
  ],
  "kernels/transpose.ts": [
    ["four rows are made where fewer are left", " && (row % rowDim) + 4 <= rowDim", ""],
    ["four rows are made from within a row", " && at === yRow", ""],
    ["the last columns are left out", "  for (; i < inner; i++) {", "  for (; i + 1 < inner; i++) {"],
  ],
  "kernels/shared/transpose4x4.ts": [
    [
      "the fourth row is the third",
      "v128.shuffle<f32>(ab2, cd2, 2, 3, 6, 7)",
      "v128.shuffle<f32>(ab2, cd2, 0, 1, 4, 5)",
    ],
  ],
  "kernels/winograd.ts": [
    ["images behind the last are written", "const images = min(group, n - first);", "const images = group;"],
    ["what lies outside the image is not zero", "  memory.fill(zeros, 0, max(cin, cout) << 2);\n", ""],
    [
      "rows of the products are read at the other width",
      "rows + pair * rowsPair + ((first * k) << 2)",
      "rows + pair * rowsPair + ((first * columns) << 2)",
    ],
    ["no bias", "bias ? bias : zeros", "zeros"],
  ],
  "kernels/winograd_backward.ts": [
    ["of a chunk's groups only the last counts in dw", "first === chunk * CHUNK ? 1 : 0", "1"],
    ["a chunk's first group adds to what was there", "isFirst ? 0 : 1", "1"],
    ["dx starts from what was there", "    if (!onto) memory.fill(dx, 0, (images * h * w * cin) << 2);\n", ""],
    ["dx is never added", "if (!onto) memory.fill(dx", "memory.fill(dx"],
    ["what lies outside the image is not zero", "  memory.fill(zeros, 0, max(cin, cout) << 2);\n", ""],
    ["dw is read at the wrong slot", "half + 6 * r * c4, c4", "half + 5 * r * c4, c4"],
  ],
  "kernels/winograd_block.ts": [
    ["a chunk's later groups do not know of the first", "(first - start) * h * w", "0"],
    ["dx is never added", "        onto,\n        dwChunks,", "        0,\n        dwChunks,"],
    ["of a chunk's groups only the last counts in dw", "first === chunk * CHUNK ? 1 : 0", "1"],
    ["every group has the first one's places", "argmax + at,", "argmax,"],
    ["without a pool a group's gradients are those of a mean", "isMean ? 1 : pixels", "1"],
    ["chunks start from what was there", "    memory.fill(statistics, 0, size);\n", ""],
  ],
  "kernels/winograd_filter.ts": [
    ["panels of filters lie at the other stride", "(o - column) * cin + q * NR", "(o - column) * cout + q * NR"],
    [
      "transposed panels lie at the other stride",
      "(first - column) * cout + column",
      "(first - column) * cin + column",
    ],
  ],
  "kernels/winograd_relu_pool.ts": [
    ["an odd last column is pooled", "j + 2 <= w; j += 2", "j + 1 <= w; j += 2"],
    ["an odd last row is pooled", "i + 2 <= h; i += 2", "i + 1 <= h; i += 2"],
    ["no ReLU before the mean", "f32x4.max(load4(y, i * c + o), zero)", "load4(y, i * c + o)"],
    ["the mean is a sum", "f32x4.div(sum, places)", "sum"],
    ["a map is pooled into the one before", "z + (first + i) * pooled", "z + first * pooled"],
  ],
  "kernels/winograd/filter.ts": [
    ["a factor of G", "madd(b0, g0, f32x4.mul(b2, g2))", "madd(b0, g0, f32x4.mul(b1, g2))"],
    ["a sign of Gᵀ", "f32x4.sub(u1, u2)", "f32x4.sub(u2, u1)"],
  ],
  "kernels/winograd/group.ts": [
    ["columns are wrapped around", "return i < h && j < w ?", "return i < h ?"],
    ["the tiles of three begin where those of four do", "r < rowFours ? r << 2 : rowFours + r * 3", "r << 2"],
    ["gradients start from what was in scratch", "  memory.fill(half, 0, 6 * slot);\n", ""],
    [
      "the tile's fourth row reads the third",
      "pixel(dy, i + 3, j + s, h, w, c4, zeros)",
      "pixel(dy, i + 2, j + s, h, w, c4, zeros)",
    ],
  ],
  "kernels/winograd/scratch.ts": [
    [
      "what is discarded lands in the zeros",
      "return zerosOf(scratch, cin, cout) + (max(cin, cout) << 2);",
      "return zerosOf(scratch, cin, cout);",
    ],
    [
      "M begins within V",
      "inputPairsOf(scratch, cin, cout) + ((SLOT_PAIRS * winogradPairSize(h, w, cin)) << 2)",
      "inputPairsOf(scratch, cin, cout) + (((SLOT_PAIRS - 1) * winogradPairSize(h, w, cin)) << 2)",
    ],
    ["room for one tile of cin channels", "(SLOT_PAIRS * max(cin, cout)) << 2", "(SLOT_PAIRS * cin) << 2"],
  ],
  "kernels/winograd/tiles.ts": [
    ["the last tiles of row slot 4 are those of 3×3 too", "threes(h) * threes(w) : 0", "0 : 0"],
    ["the first tiles of row slot 4 are those of 3×4 too", "images * threes(h) * fours(w) : 0", "0 : 0"],
  ],
  "kernels/winograd/transforms.ts": [
    [
      "a factor of B₄ᵀ",
      "madd(minusSum, d3, f32x4.add(d1, load4(p5, i)))",
      "madd(minusB2, d3, f32x4.add(d1, load4(p5, i)))",
    ],
    [
      "a sign of B₃ᵀ",
      "f32x4.sub(madd(minusA2, d2, load4(p4, i)), oddB)",
      "f32x4.add(madd(minusA2, d2, load4(p4, i)), oddB)",
    ],
    ["a term of B₄", "madd(minusSum, t5, f32x4.add(oddA, oddB))", "f32x4.add(oddA, oddB)"],
    ["a factor of B₃", "f32x4.add(even, f32x4.add(t3, t3))", "f32x4.add(even, t3)"],
    ["a factor of A₄ᵀ", "madd(b3, oddB, madd(a3, oddA, offset))", "madd(b3, oddB, madd(a2, oddA, offset))"],
    [
      "a bias in A₃ᵀ",
      "madd(b, m3, madd(a, f32x4.sub(m1, m2), offset))",
      "madd(b, m3, f32x4.mul(a, f32x4.sub(m1, m2)))",
    ],
    ["a sign of A₄", "madd(b3, y3, f32x4.mul(b, y1))", "f32x4.sub(f32x4.mul(b3, y3), f32x4.mul(b, y1))"],
    ["a factor of A₃", "madd(b2, y2, madd(b, y1, y0))", "madd(b2, y2, madd(b2, y1, y0))"],
    [
      "a gradient overwrites what other tiles gave",
      "store4(q0, i, f32x4.add(load4(q0, i), t0));\n    store4(q1, i, f32x4.add(load4(q1, i), madd(minusB2, oddA, madd(",
      "store4(q0, i, t0);\n    store4(q1, i, f32x4.add(load4(q1, i), madd(minusB2, oddA, madd(",
    ],
  ],
  "lib/ops/gemm_sizes.ts": [
    ["a B in place is taken for a panel", "isPacked ? NR : n", "NR"],
    ["nothing is accumulated", "accumulate ? 1 : 0", "0"],
    ["a transposed A is read as if it were not", "transposeA ? m : 1", "1"],
  ],
  "lib/ops/gemm.ts": [
    ["a tile fewer than the rows need", "rowTiles(m), c", "m >> 1, c"],
    ["no bias", "b, bias, ...sizes", "b, 0, ...sizes"],
    ["by columns: no bias", "b, bias, m, n, k", "b, 0, m, n, k"],
    ["by columns: scratch for half a panel", "GEMM_SCRATCH, c", "GEMM_SCRATCH / 2, c"],
  ],
  "lib/ops/conv2d_gemm.ts": [
    ["scratch for dw is that of the forward pass", "convStripSize(convWeightRows(ow)", "convStripSize(convRows(ow)"],
    ["only the first image's blocks", "n * convBlocksOf(oh, ow)", "convBlocksOf(n * oh, ow)"],
  ],
  "lib/ops/conv2d_winograd.ts": [
    [
      "U has the size of Uᵀ",
      "isTransposed ? winogradFilterSize(cout, cin) : winogradFilterSize(cin, cout)",
      "winogradFilterSize(cout, cin)",
    ],
    [
      "scratch for one channel",
      'winogradScratch(h, width, cin, cout);\n    parallelForWithScratch("winograd_f32"',
      'winogradScratch(h, width, 1, 1);\n    parallelForWithScratch("winograd_f32"',
    ],
  ],
  "lib/ops/broadcast.ts": [
    ["axes merge where only a advances evenly", " && axis.bStride === faster.bStride * faster.dim", ""],
    ["an axis of size 1 advances", "bDim === 1 ? 0 : bStride", "bStride"],
  ],
  "lib/ops/reduce.ts": [
    [
      "axes that are no neighbours are summed as one run",
      "while (rest.includes(start - 1)) start--;",
      "while (start > rest[0]) start--;",
    ],
  ],
  "lib/ops/window_table.ts": [
    ["the last window that covers a place is forgotten", "table[2 * end] <= place", "table[2 * end] < place"],
    ["a window that ended still counts", "table[2 * first + 1] <= place", "table[2 * first + 1] < place"],
  ],
  "lib/optim/parameter_table.ts": [
    [
      "parameters without a gradient take no room in the moments",
      "noDecay?.has(parameter) ? 0 : 1);\n    }\n    first += size;",
      "noDecay?.has(parameter) ? 0 : 1);\n      first += size;\n    }",
    ],
    [
      "exempted parameters decay, the others do not",
      "noDecay?.has(parameter) ? 0 : 1",
      "noDecay?.has(parameter) ? 1 : 0",
    ],
  ],
  "lib/runtime/parallel.ts": [["all threads share one scratch", "bytes * (count > 1 ? threadCount() : 1)", "bytes"]],
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: what stands in a template there
  "lib/runtime/worker_source.ts": [
    [
      "workers write to the caller's scratch",
      "        if (words[${SCRATCH_BYTES}]) list[argc - 1] += index * words[${SCRATCH_BYTES}];\n",
      "",
    ],
    ["each of a worker's pieces lacks its last unit", "start(piece + 1);", "start(piece + 1) - 1;"],
    [
      "a claim is no atomic step",
      "if (Atomics.compareExchange(words, ${TICKET}, ticket, ticket - 1) !== ticket) continue;",
      "Atomics.store(words, ${TICKET}, ticket - 1);",
    ],
  ],
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: from here on nothing does
  "lib/runtime/pool.ts": [
    [
      "each of the caller's pieces lacks its last unit",
      "Math.floor((count * (piece + 1)) / pieces)",
      "Math.floor((count * (piece + 1)) / pieces) - 1",
    ],
    [
      "the caller does not wait for the others",
      "    const end = performance.now();\n    this.waitForOthers();\n",
      "    const end = performance.now();\n",
    ],
  ],
};

/** Beside the tests that a header names. */
const TESTS: Record<string, readonly string[]> = {
  "kernels/accumulate.ts": ["kernels/accumulate"],
  "kernels/dropout.ts": ["kernels/dropout"],
  "kernels/random.ts": ["kernels/random"],
  "kernels/batch_norm2d_statistics.ts": ["ops/winograd_block"],
  "kernels/adam.ts": ["optim/optimizer"],
  "kernels/sgd.ts": ["optim/optimizer"],
  "kernels/gemm/pack.ts": ["kernels/gemm"],
  "kernels/gemm/tile5x8.ts": ["kernels/gemm"],
  "kernels/gemm/tile4x16.ts": ["kernels/gemm"],
  "kernels/gemm/tile5x16.ts": ["kernels/gemm"],
  "kernels/gemm/tile6x16.ts": ["kernels/gemm"],
  "kernels/shared/simd.ts": ["kernels/gemm", "kernels/math", "ops/relu", "ops/sum", "ops/gelu", "runtime/arithmetic"],
  "kernels/shared/transpose4x4.ts": ["ops/transpose", "kernels/gemm"],
  "kernels/shared/f64.ts": ["kernels/batch_norm2d"],
  "kernels/shared/broadcast.ts": ["ops/add", "ops/sub"],
  "kernels/shared/exp64.ts": ["ops/gelu"],
  "kernels/shared/gray.ts": ["kernels/conv1_block", "ops/conv1_block"],
  "kernels/shared/norm.ts": ["kernels/norm_relu_mean", "kernels/norm_relu_max_pool2d", "ops/winograd_block"],
  "kernels/shared/parameters.ts": ["optim/sgd", "optim/adam", "optim/ema", "optim/clip_grad_norm", "optim/optimizer"],
  "kernels/random/philox.ts": ["kernels/random", "ops/random"],
  "kernels/shared/products.ts": ["ops/conv2d", "kernels/winograd"],
  "kernels/softmax/rows.ts": ["ops/max", "ops/softmax", "ops/cross_entropy"],
  "kernels/abi/abi.ts": ["kernels/conv1_block", "kernels/winograd", "kernels/winograd_relu_pool", "kernels/gemm", "kernels/augment", "ops/batch_norm2d", "ops/conv2d", "runtime/memory"], // biome-ignore format: one line
  "kernels/winograd/filter.ts": ["kernels/winograd"],
  "kernels/winograd/group.ts": ["kernels/winograd"],
  "kernels/winograd/scratch.ts": ["kernels/winograd"],
  "kernels/winograd/tiles.ts": ["kernels/winograd"],
  "lib/ops/gemm_sizes.ts": ["kernels/gemm", "ops/matmul"],
  "lib/ops/gemm.ts": ["ops/matmul", "ops/linear"],
  "lib/ops/conv2d_gemm.ts": ["ops/conv2d"],
  "lib/ops/conv2d_winograd.ts": ["ops/conv2d"],
  "lib/ops/broadcast.ts": ["ops/add", "ops/mul"],
  "lib/ops/reduce.ts": ["ops/sum", "ops/mean"],
  "lib/ops/window_table.ts": ["ops/avg_pool2d", "ops/adaptive_avg_pool2d", "ops/max_pool2d"],
  "lib/optim/parameter_table.ts": ["optim/adam", "optim/sgd", "optim/optimizer"],
  "lib/runtime/parallel.ts": ["runtime/threads"],
  "lib/runtime/worker_source.ts": ["runtime/threads"],
  "lib/runtime/pool.ts": ["runtime/pool", "runtime/threads"],
};

export const FAULTS: readonly Fault[] = Object.entries(BY_FILE).flatMap(([file, faults]) =>
  faults.map(([what, before, after]) => ({ file, what, before, after })),
);

/** The source with the fault in it. @throws its text does not stand there once */
export function plant(source: string, { file, what, before, after }: Fault): string {
  const parts = source.split(before);
  if (parts.length !== 2) {
    const times = parts.length === 1 ? "no longer stands" : `stands ${parts.length - 1} times`;
    throw new Error(`mutants: ${file}: ${what}: the text ${times} in it; mend test/mutants/faults.ts:\n${before}`);
  }
  return parts.join(after);
}

/** The tests that must find its faults. */
export function testsOf(file: string): string[] {
  const header = readFileSync(file, "utf8").match(/^(\/\/.*\n)+/)?.[0] ?? "";
  const named = header.match(/\btest\/[\w/]+\.test\.ts\b/g) ?? [];
  return [...new Set([...named, ...(TESTS[file] ?? []).map((name) => `test/${name}.test.ts`)])];
}
