import { suite } from "uvu";
import * as assert from "uvu/assert";
import { arithmeticOf, recordedArithmetic } from "../../lib/runtime/arithmetic.ts";
import { runtimeInfo } from "../../lib/runtime/info.ts";
import { loadKernels } from "../../lib/runtime/kernels.ts";
import { supportsVariant } from "../../lib/runtime/supports_variant.ts";
import { KernelModule } from "../support/kernel_module.ts";

const test = suite("arithmetic");

const { fround } = Math;
/** f64 holds the product of two f32 exactly, so these are the two roundings that there can be. */
const fused = { multiply_add_f32: (a: number, b: number, c: number): number => fround(a * b + c) };
const unfused = { multiply_add_f32: (a: number, b: number, c: number): number => fround(fround(a * b) + c) };

test("the relaxed kernels are told by one rounding or two, the plain ones always round twice", () => {
  assert.is(arithmeticOf(fused, true), "relaxed-fma");
  assert.is(arithmeticOf(unfused, true), "relaxed-unfused");
  assert.is(arithmeticOf(unfused, false), "simd");
});

test("multiply_add_f32 is a·b + c, in both variants", () => {
  for (const variant of ["simd", "relaxed"] as const) {
    assert.is(new KernelModule(variant).kernels.multiply_add_f32(2, 3, 5), 11, variant);
  }
});

test("the plain kernels, compiled, round twice: taken for relaxed ones, they would be unfused", () => {
  assert.is(arithmeticOf(new KernelModule("simd").kernels, true), "relaxed-unfused");
});

test("runtimeInfo says how the kernels in use round", () => {
  const { variant, arithmetic } = runtimeInfo();
  assert.is(arithmetic, arithmeticOf(loadKernels().kernels, variant === "relaxed"));
  if (supportsVariant("relaxed")) assert.match(arithmetic, /^relaxed-(fma|unfused)$/);
  else assert.is(arithmetic, "simd");
});

test("what earlier versions recorded as relaxed was fused", () => {
  assert.is(recordedArithmetic("relaxed"), "relaxed-fma");
  for (const other of ["simd", "relaxed-unfused", "relaxed-fma", "custom", undefined]) {
    assert.is(recordedArithmetic(other), other);
  }
});

test.run();
