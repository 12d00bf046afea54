// gelu: y = x·Φ(x), Φ the normal distribution's;  dx = dy·(Φ(x) + x·φ(x)), φ its density.
// gelu_tanh: y = x·σ(2u), u = √(2/π)·(x + 0.044715·x³);  dx = dy·(σ + x·σ·(1 − σ)·2u'). The same as
//   ½x·(1 + tanh u), as it is usually written.
//
// y, x, dy, dx  [size], any shape. Limits: 0 at −∞, ∞ at ∞; NaN stays NaN. Range: elements [from, to).
// Numerics: in f64, two lanes at a time. In f32, 1 + erf(x/√2) cancels for negative x, and the rounding of
// x² in e^{−x²/2} grows with x². So the result is within 0.51 ulp for every x, both variants alike.
//   Φ(−t) = e^{−t²/2}·P(w)/(t + 3), w = (t − 3)/(t + 3), t ≥ 0; Φ(t) = 1 − Φ(−t). P has degree 11, was
//   fitted to erfc on [0, 14.5], relative error 6e-10. From |x| = 15 on the result is 0 or x.
// Tested in test/ops/gelu.test.ts.
// Source: Hendrycks & Gimpel 2016, arXiv:1606.08415.

import { exp64 } from "./shared/exp64";
import { high64, load4, low64, round4, splat64, storeUpTo } from "./shared/simd";

const P = memory.data<f64>([
  3.6663682430777833e-6, 6.134445882723452e-5, 1.3038037340848247e-4, -2.52096415967476e-4, -1.0340412541762645e-3,
  1.0275760871978068e-3, 6.970041534642207e-3, -1.04629689113689e-2, -4.7262787923264354e-2, 0.23001772646648155,
  -0.5093319881563165, 0.7290836901055121,
]);
// −½, 3, 1, −15, 15, 1/√(2π); 2√(2/π), 0.044715, 3·0.044715.
const C = memory.data<f64>([-0.5, 3.0, 1.0, -15.0, 15.0, 0.3989422804014327, 1.5957691216057308, 0.044715, 0.134145]);

export function gelu_f32(y: usize, x: usize, from: usize, to: usize): void {
  for (let i = from; i < to; i += 4) {
    const v = load4(x, i);
    storeUpTo(y, i, to, round4(value(low64(v)), value(high64(v))));
  }
}

export function gelu_backward_f32(dx: usize, dy: usize, x: usize, from: usize, to: usize): void {
  for (let i = from; i < to; i += 4) {
    const v = load4(x, i);
    storeUpTo(dx, i, to, f32x4.mul(load4(dy, i), round4(slope(low64(v)), slope(high64(v)))));
  }
}

export function gelu_tanh_f32(y: usize, x: usize, from: usize, to: usize): void {
  for (let i = from; i < to; i += 4) {
    const v = load4(x, i);
    storeUpTo(y, i, to, round4(tanhValue(low64(v)), tanhValue(high64(v))));
  }
}

export function gelu_tanh_backward_f32(dx: usize, dy: usize, x: usize, from: usize, to: usize): void {
  for (let i = from; i < to; i += 4) {
    const v = load4(x, i);
    storeUpTo(dx, i, to, f32x4.mul(load4(dy, i), round4(tanhSlope(low64(v)), tanhSlope(high64(v)))));
  }
}

// @inline
function clamp(x: v128): v128 {
  return f64x2.pmin(f64x2.pmax(x, splat64(C, 3)), splat64(C, 4));
}

/** e^{−x²/2} */
function bell(x: v128): v128 {
  return exp64(f64x2.mul(f64x2.mul(x, x), splat64(C, 0)));
}

/** Φ(x) for |x| ≤ 15, given e = e^{−x²/2}. */
function distribution(x: v128, e: v128): v128 {
  const t = f64x2.abs(x);
  const r = f64x2.div(splat64(C, 2), f64x2.add(t, splat64(C, 1)));
  const w = f64x2.mul(f64x2.sub(t, splat64(C, 1)), r);
  const square = f64x2.mul(w, w);
  let odd = splat64(P, 0);
  let even = splat64(P, 1);
  for (let k: usize = 2; k < 12; k += 2) {
    odd = f64x2.add(f64x2.mul(odd, square), splat64(P, k));
    even = f64x2.add(f64x2.mul(even, square), splat64(P, k + 1));
  }
  const p = f64x2.add(f64x2.mul(odd, w), even);
  const below = f64x2.mul(e, f64x2.mul(p, r));
  return v128.bitselect(below, f64x2.sub(splat64(C, 2), below), f64x2.lt(x, f64x2.splat(0)));
}

function value(x: v128): v128 {
  const c = clamp(x);
  return f64x2.mul(f64x2.pmax(x, splat64(C, 3)), distribution(c, bell(c)));
}

function slope(x: v128): v128 {
  const c = clamp(x);
  const e = bell(c);
  return f64x2.add(distribution(c, e), f64x2.mul(f64x2.mul(c, splat64(C, 5)), e));
}

/** σ(2u) */
function gate(x: v128): v128 {
  const one = splat64(C, 2);
  const cubic = f64x2.add(one, f64x2.mul(splat64(C, 7), f64x2.mul(x, x)));
  const twoU = f64x2.mul(f64x2.mul(splat64(C, 6), x), cubic);
  return f64x2.div(one, f64x2.add(one, exp64(f64x2.neg(twoU))));
}

function tanhValue(x: v128): v128 {
  return f64x2.mul(f64x2.pmax(x, splat64(C, 3)), gate(clamp(x)));
}

function tanhSlope(x: v128): v128 {
  const c = clamp(x);
  const s = gate(c);
  const one = splat64(C, 2);
  const du = f64x2.mul(splat64(C, 6), f64x2.add(one, f64x2.mul(splat64(C, 8), f64x2.mul(c, c))));
  return f64x2.add(s, f64x2.mul(f64x2.mul(c, f64x2.mul(s, f64x2.sub(one, s))), du));
}
