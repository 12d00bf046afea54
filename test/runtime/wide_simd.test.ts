// enableWideSimd() holds for a process, so each host is tried in one of its own. What needs a Node that has wide SIMD is in
// wide_simd.interop.ts.

import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Kernels } from "../../build/kernels.js";
import { awkwardProducts, type CheckedKernels, checkMemory } from "../../lib/runtime/wide_check.ts";
import { FLAGS_KEPT, runWide } from "../support/run_wide.ts";

const test = suite("enableWideSimd");

const PRODUCT = `
  const product = () => Buffer.from(Float32Array.from(
    matmul(rand([37, 19], { seed: 1 }), rand([19, 33], { seed: 2 })).data).buffer).toString("base64");
`;

const AS_NODE_24 = `
  Object.defineProperty(process, "versions", { value: { ...process.versions, node: "24.0.0" } });
`;

function checked(variant: string): CheckedKernels {
  const memory = checkMemory();
  const module = new WebAssembly.Module(readFileSync(`build/kernels.${variant}.wasm`));
  return { kernels: new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels, memory };
}

test("it is switched off by an environment variable", () => {
  const said = runWide("console.log(await enableWideSimd(), runtimeInfo().variant);", { SIMDGRAD_NO_WIDE: "1" });
  assert.is(said, "SIMDGRAD_NO_WIDE is set relaxed");
});

test("versions of Node that have none, or were not tried, are left as they are, and so are other processors", () => {
  const program = `${FLAGS_KEPT}
    const real = process.versions;
    for (const node of ["20.20.2", "22.1.0", "27.0.0"]) {
      Object.defineProperty(process, "versions", { value: { ...real, node }, configurable: true });
      console.log(await enableWideSimd());
    }
    Object.defineProperty(process, "arch", { value: "arm64" });
    console.log(await enableWideSimd(), flags.length, runtimeInfo().variant);`;
  assert.equal(runWide(program).split("\n"), [
    "Node 20 has none: 24 to 26 have",
    "Node 22 has none: 24 to 26 have",
    "Node 27 was not tried: 24 to 26 were",
    "arm64 processors have none: x64 has 0 relaxed",
  ]);
});

test("what cannot be read, compiled or run is a reason too", () => {
  const program = `${AS_NODE_24} ${FLAGS_KEPT}
    const { Module } = WebAssembly;
    WebAssembly.Module = function () { throw new Error("forbidden"); };
    console.log(await enableWideSimd());
    WebAssembly.Module = Module;
    console.log(runtimeInfo().variant, flags.length);`;
  assert.is(runWide(program), "forbidden\nrelaxed 0");
});

test("with or without it a product has the same bits on this host", () => {
  const program = `${PRODUCT} await enableWideSimd(); console.log(product());`;
  assert.is(runWide(program), runWide(program, { SIMDGRAD_NO_WIDE: "1" }));
});

test("the check finds the wide kernels equal to the relaxed ones", () => {
  assert.equal(awkwardProducts(checked("wide")), awkwardProducts(checked("relaxed")));
});

test("the check notices another rounding, and one wrong bit in any row of a tile or column of a panel", () => {
  const expected = awkwardProducts(checked("relaxed"));
  const isFound = (tried: CheckedKernels): boolean =>
    awkwardProducts(tried).some((bits, i) => bits.some((word, j) => word !== expected[i][j]));
  assert.ok(isFound(checked("simd")));
  for (let row = 0; row < 5; row++) {
    for (let column = 0; column < 16; column++) assert.ok(isFound(wrongAt(row, column)), `${row}, ${column}`);
  }
});

/** Kernels that are wrong in one element of each product that has it, by one bit. */
function wrongAt(row: number, column: number): CheckedKernels {
  const { kernels, memory } = checked("relaxed");
  const words = new Int32Array(memory.buffer);
  const gemm = kernels.gemm_f32 as (...args: number[]) => void;
  const wrong = (...args: number[]): void => {
    gemm(...args);
    const [c, m, n, from, to] = [args[0], args[4], args[5], args[13], args[14]];
    if (row < m && column < n && 2 * from <= row && row < 2 * to) words[(c >> 2) + row * n + column] ^= 1;
  };
  return { kernels: { ...kernels, gemm_f32: wrong }, memory };
}

test.run();
