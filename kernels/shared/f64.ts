// f64 lanes and scalars: sums over the batch are kept in them. Indices count f64 elements.

/** Lanes 0 and 1 of four f32. */
export function lowF64(value: v128): v128 {
  return f64x2.promote_low_f32x4(value);
}

/** Lanes 2 and 3. */
export function highF64(value: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<u64>(value, value, 1, 1));
}

export function load2F64(x: usize, i: usize): v128 {
  return v128.load(x + (i << 3));
}

export function store2F64(y: usize, i: usize, value: v128): void {
  v128.store(y + (i << 3), value);
}

export function loadF64(x: usize, i: usize): f64 {
  return load<f64>(x + (i << 3));
}
