// cos(π·t) in + − · alone: Math.cos may differ from host to host, and a learning rate reaches the weights.

/** Terms of the series: at π/2 the first one left out is below 1e-15. */
const TERMS = 11;

/**
 * cos(π·t), to 1e-15.
 *
 * @param t any finite number below 2⁵¹ in size
 */
export function cosPi(t: number): number {
  // The period is 2: r in [0, 1], where cos(π·r) = −cos(π·(1 − r)) folds r into [0, ½].
  const distance = Math.abs(t - 2 * Math.floor(t / 2 + 0.5));
  const isFar = distance > 0.5;
  const x = Math.PI * (isFar ? 1 - distance : distance);
  // Σ (−x²)ᵏ/(2k)!, by Horner's rule.
  let sum = 1;
  for (let k = TERMS; k > 0; k--) sum = 1 - ((x * x) / (2 * k * (2 * k - 1))) * sum;
  return isFar ? -sum : sum;
}
