// How an H×W map is cut into Winograd tiles, and where each tile's products lie.
//
// A dimension of n is 4 + … + 4 + 3 + … + 3 with as few threes as possible: 14 = 4+4+3+3, 7 = 4+3, 28 = 7·4.
// 1, 2 and 5 are no such sum: their last tile, a 3, hangs over the edge, and what it computes there is
// dropped. So no dimension needs masks but these, and 16 % fewer products are made than with fours alone.
//
// The tiles of a group of images stand in four classes, by height × width:
//
//   3×4, 4×4, 4×3, 3×3
//
// A slot pair (ξ, ν) of 36 is used by all tiles, but slot 4, the point −2, by those of height or width 4 only.
// In this order the tiles of every pair are one run of rows: the rows of that pair's GEMM.
//
//   class    3×4   4×4   4×3   3×3
//   ν = 4     x     x
//   ξ = 4           x     x
//   both            x
//   neither   x     x     x     x

/** How many threes end a dimension of n. */
export function threes(n: usize): usize {
  if (n < 3) return 1;
  if (n === 5) return 2;
  return (4 - (n & 3)) & 3;
}

/** How many fours begin it. */
export function fours(n: usize): usize {
  const rest = threes(n) * 3;
  return n > rest ? (n - rest) >> 2 : 0;
}

/** Tiles of one map. */
export function tilesOf(h: usize, w: usize): usize {
  return (fours(h) + threes(h)) * (fours(w) + threes(w));
}

/** The first tile of slot pair 6ξ + ν in a group of `images`. */
export function firstTile(pair: usize, images: usize, h: usize, w: usize): usize {
  return pair / 6 === 4 ? images * threes(h) * fours(w) : 0;
}

/** One past its last tile. */
export function endTile(pair: usize, images: usize, h: usize, w: usize): usize {
  if (pair % 6 === 4) return images * (threes(h) + fours(h)) * fours(w);
  return images * (tilesOf(h, w) - (pair / 6 === 4 ? threes(h) * threes(w) : 0));
}
