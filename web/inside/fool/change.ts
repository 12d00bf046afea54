// How large a change of a picture is.

export interface ChangeSize {
  /** ‖after − before‖₂ of ink from 0 to 1. */
  readonly distance: number;
  /** The distance by ‖before‖₂: of a digit that is wiped out, 1. */
  readonly share: number;
  /** How many pixels differ. */
  readonly pixels: number;
  /** What the most changed of them differs by, of 255. */
  readonly most: number;
}

export function changeSize(before: Uint8Array, after: Uint8Array): ChangeSize {
  let squares = 0;
  let ink = 0;
  let pixels = 0;
  let most = 0;
  for (const [i, value] of before.entries()) {
    const difference = Math.abs(after[i] - value);
    squares += difference ** 2;
    ink += value ** 2;
    if (difference > 0) pixels++;
    most = Math.max(most, difference);
  }
  return { distance: Math.sqrt(squares) / 255, share: Math.sqrt(squares / (ink || 1)), pixels, most };
}
