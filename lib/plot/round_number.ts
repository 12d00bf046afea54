// Round numbers: 1, 2 or 5 times a power of ten, found without Math.log10, which engines may round differently.

export interface RoundNumber {
  readonly mantissa: 1 | 2 | 5;
  readonly exponent: number;
}

/** Ten to a whole power ≥ 0; exact up to 10²². */
export function powerOf10(exponent: number): number {
  let power = 1;
  for (let i = 0; i < exponent; i++) power *= 10;
  return power;
}

/** Beyond lies no number that an axis could reach. */
const MAX_EXPONENT = 308;

/** The smallest round number ≥ value > 0; 10³⁰⁸ for what is larger, or no number. @example roundAtLeast(0.03) // 5·10⁻² */
export function roundAtLeast(value: number): RoundNumber {
  for (let exponent = exponentOf(value); exponent < MAX_EXPONENT; exponent++) {
    for (const mantissa of [1, 2, 5] as const) {
      const scale = powerOf10(Math.abs(exponent));
      // The slack keeps (0.3 − 0.1) / 2 at 0.1.
      if ((exponent < 0 ? mantissa / scale : mantissa * scale) >= value * (1 - 1e-12)) return { mantissa, exponent };
    }
  }
  return { mantissa: 1, exponent: MAX_EXPONENT };
}

/** The power of ten at or below the value, or one further down. */
function exponentOf(value: number): number {
  return Number(value.toExponential().split("e")[1]) - 1;
}
