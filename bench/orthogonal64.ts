// Newton and Schulz's iteration in f64, in plain loops: what Muon is held against.

/** y ← (a + b·(y·yᵀ) + c·(y·yᵀ)²)·y from x/‖x‖ on, five times, on x [m, n] as wide as it is high or wider; else on its transpose. */
export function orthogonal64(x: ArrayLike<number>, m: number, n: number): Float64Array {
  if (m > n) return transposed(orthogonal64(transposed(Float64Array.from(x), m, n), n, m), n, m);
  const norm = Math.sqrt(Array.from(x).reduce((sum, value) => sum + value * value, 0));
  let y: Float64Array = Float64Array.from(x, (value) => value / norm);
  for (let step = 0; step < 5; step++) {
    const s = product(y, transposed(y, m, n), m, n, m);
    const squared = product(s, s, m, m, m);
    const factor = s.map((value, at) => (at % (m + 1) === 0 ? 3.4445 : 0) - 4.775 * value + 2.0315 * squared[at]);
    y = product(factor, y, m, m, n);
  }
  return y;
}

function transposed(x: Float64Array, m: number, n: number): Float64Array {
  return x.map((_, at) => x[(at % m) * n + Math.floor(at / m)]);
}

function product(a: Float64Array, b: Float64Array, m: number, k: number, n: number): Float64Array {
  const c = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let p = 0; p < k; p++) {
      const factor = a[i * k + p];
      for (let j = 0; j < n; j++) c[i * n + j] += factor * b[p * n + j];
    }
  }
  return c;
}
