// y = a·b + c of one number, by the multiply-add that all kernels use: so that a host can be asked how it rounds.
//
// The relaxed variant's instruction may round once (fused) or twice, as the engine sees fit. Which of them it is decides
// the bits of everything computed here, and no specification says: lib/runtime/arithmetic.ts tries.
// Tested in test/runtime/arithmetic.test.ts.

import { madd } from "./shared/simd";

export function multiply_add_f32(a: f32, b: f32, c: f32): f32 {
  return f32x4.extract_lane(madd(f32x4.splat(a), f32x4.splat(b), f32x4.splat(c)), 0);
}
