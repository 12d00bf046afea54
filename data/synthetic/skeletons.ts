// How people write the ten digits: strokes as curves through points, several styles a digit.
//
//   "2 6, 30 4, 60 2 | 44 35, 24 100 / 20 50, 60 46"
//
// Points are x y, in hundredths of the digit's height, x to the right and y downwards. A stroke is a smooth
// curve through its points; "|" behind a point makes a corner there, "/" begins another stroke. The poses of
// a style have the same points, one by one: what is drawn lies anywhere between them, and a little beyond.
// Drawn from memory of handwriting, not traced from any data set.

export interface Style {
  /** How common it is among the styles of its digit; the shares of a digit need not add up to 1. */
  readonly share: number;
  readonly poses: readonly string[];
}
