// What kernels and those who launch them agree on: the units of ranges, the layout of packed operands, the sizes of
// scratch. Each is stated here, once. Kernels import this file; for the library the build makes build/kernels.js of it,
// which runs as JavaScript: so no AssemblyScript here, nor in what it imports, that is not TypeScript too, and no
// division that leaves a rest.
//
// Sizes are in f32 elements, however many bytes each of what lies there has.

import { tilesOf } from "../winograd/tiles";

/** Rows of C in a tile of the matrix product: the unit of gemm_f32's range. */
export const MR: usize = 2;
/** Columns of B in a panel. */
export const NR: usize = 16;
/** Images whose sums are one partial result, the unit of the range of whatever sums over a batch. Groups of images divide it. */
export const CHUNK: usize = 8;
/** How many bytes behind an operand's last must exist: a row of a panel that has one column left is read whole. */
export const READ_SLACK: usize = 64;

export function ceilDiv(count: usize, size: usize): usize {
  const padded = count + size - 1;
  return (padded - (padded % size)) / size;
}

/** Tiles of a matrix product of m rows. */
export function rowTiles(m: usize): usize {
  return ceilDiv(m, MR);
}

/** Chunks of n images. */
export function chunksOf(n: usize): usize {
  return ceilDiv(n, CHUNK);
}

/** Elements of a sum that are made together, where columns are summed: a cache line. */
export const SUM_COLUMNS: usize = 16;

/** The range of sum_f32 for `size` sums, of rows where `inner` is 1, else of columns. */
export function sumUnits(size: usize, inner: usize): usize {
  return inner === 1 ? size : ceilDiv(size, SUM_COLUMNS);
}

// Matrix products: B [k, n] as panels of NR columns, each k rows deep, the last padded with zeros.

export function panelsOf(n: usize): usize {
  return ceilDiv(n, NR);
}

/** Terms of a block: a KC×16 panel of B is 16 KB, half of L1. */
export const KC: usize = 256;
/** For gemm_columns_f32: such a panel. */
export const GEMM_SCRATCH: usize = 4096;

/** All panels of B [k, n]. */
export function panelsSize(k: usize, n: usize): usize {
  return panelsOf(n) * NR * k;
}

// Convolution by implicit GEMM: conv2d.ts.

/** Output pixels of a block: of the forward pass, so that its windows stay in L1; */
const CONV_PIXELS: usize = 64;
/** of dw, where each block reads and writes all of dw; */
const CONV_DW_PIXELS: usize = 256;
/** and of dx, whose rows of col are stored: 32 × 576 elements are 72 KB, within L2. */
export const CONV_BLOCK: usize = 32;

/** Rows of y of ow pixels in a block, the unit of conv2d_f32's range. */
export function convRows(ow: usize): usize {
  return ow < CONV_PIXELS ? (CONV_PIXELS - (CONV_PIXELS % ow)) / ow : 1;
}

/** The same for dw. */
export function convWeightRows(ow: usize): usize {
  return ow < CONV_DW_PIXELS ? (CONV_DW_PIXELS - (CONV_DW_PIXELS % ow)) / ow : 1;
}

/** Units of an image. */
export function convBlocksOf(oh: usize, ow: usize): usize {
  return ceilDiv(oh, convRows(ow));
}

/** Elements behind a strip that may be written: what is too much of its last vector. */
const STRIP_OVERRUN: usize = 3;

/** For conv2d_f32 and conv2d_backward_weight_f32: the pixels, within their padding, that so many rows of y see. */
export function convStripSize(rows: usize, w: usize, cin: usize, kh: usize, stride: usize, padding: usize): usize {
  return padding === 0 ? 0 : ((rows - 1) * stride + kh) * (w + 2 * padding) * cin + STRIP_OVERRUN;
}

/** For conv2d_backward_input_f32. */
export function convInputScratch(k: usize): usize {
  return CONV_BLOCK * k;
}

// Convolution by Winograd's algorithm: winograd.ts.

/** Six slots each way. */
export const SLOT_PAIRS: usize = 36;
/** Tiles of a group: 64 rows a product, and V, M within a 1 MB cache at 64 channels. */
const GROUP_TILES: usize = 64;
/** Between slot pairs: at power-of-two strides all 36 would fall into the same few cache sets. */
const PAIR_GAP: usize = 16;

/** Images that go through together: a power of two, at most a chunk. */
export function winogradGroup(h: usize, w: usize): usize {
  let images: usize = CHUNK;
  while (images > 1 && images * tilesOf(h, w) > GROUP_TILES) images >>= 1;
  return images;
}

/** Groups of n images: the unit of the range of winograd_f32 and its fusions in evaluation. */
export function winogradGroupsOf(n: usize, h: usize, w: usize): usize {
  return ceilDiv(n, winogradGroup(h, w));
}

/** From one slot pair of V or M to the next. */
export function winogradPairSize(h: usize, w: usize, channels: usize): usize {
  return winogradGroup(h, w) * tilesOf(h, w) * channels + PAIR_GAP;
}

/** From one slot pair of dU to the next. */
export function winogradFilterPairSize(cin: usize, cout: usize): usize {
  return cin * cout + PAIR_GAP;
}

/** For winograd_f32 and winograd_backward_f32: what winograd/scratch.ts lists. */
export function winogradScratch(h: usize, w: usize, cin: usize, cout: usize): usize {
  const channels = cin > cout ? cin : cout;
  const pairs = winogradPairSize(h, w, cin) + winogradPairSize(h, w, cout) + winogradFilterPairSize(cin, cout);
  return (SLOT_PAIRS + 2) * channels + SLOT_PAIRS * pairs;
}

/** For the fusions of it, in training and in evaluation: that, and the activations of a group. */
export function winogradBlockScratch(h: usize, w: usize, cin: usize, cout: usize): usize {
  return winogradScratch(h, w, cin, cout) + winogradGroup(h, w) * h * w * cout;
}

/** U [k, n] of every slot pair, in panels. */
export function winogradFilterSize(k: usize, n: usize): usize {
  return SLOT_PAIRS * panelsSize(k, n);
}

/** For winograd_filter_f32: filters half transformed, 6 × 3, and those of four input channels, 36 each. */
export function winogradFilterScratch(cout: usize): usize {
  return (18 + 4 * SLOT_PAIRS) * cout;
}

// 3×3 convolution of images with one channel.

export const TAPS: usize = 9;

/** A row of pixels within its border, and room for whole vectors. */
export function borderedRowSize(w: usize): usize {
  return (w + 7) & ~3;
}

/** Elements of the transformed filters per channel: four of each of three rows, the bias, and five of a window. */
export const GRAY_FILTER: usize = 18;

/** For conv1_block_f32: a row of pixels, the filters, and the pixels transformed. */
export function conv1BlockScratch(h: usize, w: usize, cout: usize): usize {
  return borderedRowSize(w) + GRAY_FILTER * ((cout + 7) & ~7) + (h + 2) * 2 * w;
}

/** Kinds of sums that conv1_block_statistics_f32 takes: over the first row of pixels, the last, the others, and of two rows. */
export const GRAY_KINDS: usize = 5;

/** What conv1_block_statistics_f32 writes: nine sums of each kind, of even and odd columns, in f64. */
export function grayStatisticsSize(n: usize): usize {
  return chunksOf(n) * GRAY_KINDS * TAPS * 4;
}

/** For conv1_block_statistics_f32: the image in f64, within a border of one pixel on each side. */
export function grayStatisticsScratch(h: usize, w: usize): usize {
  return 2 * (h + 2) * (w + 2);
}

/** Means of the nine taps, and their covariances, in f64. */
export const GRAY_MOMENTS_SIZE: usize = 180;

/** Sums per channel in backward: nine taps, the gradient itself, and two places that fill the vectors. */
export const GRAY_SUMS: usize = 12;
/** Windows whose patches are laid out at a time: they stay in L1, and loops are long enough. At least a row of them. */
export const GRAY_WINDOWS: usize = 64;
/** Elements of the patches of a window: five places of three rows of four. */
export const GRAY_WINDOW: usize = 60;

/** What conv1_block_backward_f32 writes, in f64. */
export function graySumsSize(n: usize, cout: usize): usize {
  return chunksOf(n) * cout * GRAY_SUMS * 2;
}

/** For conv1_block_backward_f32: the sums of an image, four rows of pixels, the patches. */
export function grayBackwardScratch(w: usize, cout: usize): usize {
  const windows = w > 2 * GRAY_WINDOWS ? w >> 1 : GRAY_WINDOWS;
  return GRAY_SUMS * cout + 4 * borderedRowSize(w) + GRAY_WINDOW * windows;
}

// Batch normalisation.

/** Rows of what batch_norm2d_merge_f32 makes for each channel: mean, its rounding error, 1/√(var + ε), scale, bias. */
export const NORM_COEFFICIENTS: usize = 5;

/** Channels rounded up to whole vectors. */
export function wholeVectors(c: usize): usize {
  return (c + 3) & ~3;
}

/** Two f64 sums a chunk and channel, channels in whole vectors: statistics, and what backward sums. */
export function normPartialSize(n: usize, c: usize): usize {
  return chunksOf(n) * 2 * wholeVectors(c) * 2;
}

// Optimizers.

/** Words of a row in the table of parameters: shared/parameters.ts. */
export const TABLE_WORDS: usize = 5;
/** Elements of a gradient whose squares are one sum, the unit of sum_squares_f32's range. */
export const SQUARES_CHUNK: usize = 4096;

// Augmentation: augment.ts.

/** From one channel's image to the next, in borders of zeros: before the warp. */
export function augmentBorderedSize(h: usize, w: usize): usize {
  return (h + 3) * (w + 3) + 4;
}

/** And after. */
export function augmentWarpedSize(h: usize, w: usize): usize {
  return (h + 2) * (w + 2) + 4;
}

/** Coarse pixels, along either side: a row each, and three of zeros. */
export function augmentCells(h: usize, w: usize): usize {
  return h > w ? (h + 5) * (h + 8) : (w + 5) * (w + 8);
}

/** Four blocks of 8 × 8 elements. */
const AUGMENT_BLOCKS: usize = 256;

/**
 * For augment_f32: both of each channel, a row of displacements each way, the spline's table, a plan; three more channels'
 * and the coarse pixels of one, and the blocks.
 */
export function augmentScratch(h: usize, w: usize, channels: usize): usize {
  const own = channels * (augmentBorderedSize(h, w) + augmentWarpedSize(h, w)) + 7 * w + 40;
  return own + 4 * augmentWarpedSize(h, w) + augmentCells(h, w) + AUGMENT_BLOCKS;
}

/** Elements of an image's plan: augment.ts lists them. */
export const PLAN_SIZE: usize = 24;
/** From one image's noise to the next: whole groups of random numbers. */
export function noisePitch(h: usize, w: usize): usize {
  return (h * w + 15) & ~15;
}
/** Elements of a row of knots, of which the last is not used; and of an image's grids: two axes, seven rows. */
export const KNOTS: usize = 8;
export const GRIDS_SIZE: usize = 112;
