// useKernels() holds for a process, so each kind of host and module is tried in one of its own.

import { spawnSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("useKernels");

/** What a process prints that hands the compiled kernels over, and can compile nothing after that. */
function run(prepare: string): string {
  const script = `
    import { readFileSync } from "node:fs";
    import { relu, tensor, useKernels } from "./lib/index.ts";
    import { loadKernels } from "./lib/runtime/kernels.ts";
    const bytes = readFileSync("build/kernels.simd.wasm");
    ${prepare}
    const module = new WebAssembly.Module(bytes);
    WebAssembly.Module = () => { throw new Error("compiling is forbidden"); };
    useKernels(module);
    const { data } = relu(tensor([-1, 2]));
    let late = "";
    try { useKernels(module); } catch (error) { late = error.name; }
    console.log([...data].join(), loadKernels().module === module, loadKernels().unsharedBecause, late);
  `;
  const args = ["--import", "tsx", "--input-type=module", "--eval", script];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  return stdout.trim() || stderr;
}

test("a module compiled elsewhere is used, nothing is compiled here, and a second call comes too late", () => {
  assert.is(run(""), "0,2 true null RuntimeError");
});

test("it works on a host without isolation, on one thread", () => {
  const expected = "0,2 true the page is not cross-origin isolated (COOP and COEP headers) RuntimeError";
  assert.is(run("globalThis.crossOriginIsolated = false;"), expected);
});

test("a module that declares plain memory works too, on one thread", () => {
  const name = [3, ..."env"].map((c) => (typeof c === "string" ? c.charCodeAt(0) : c));
  const plain = `
    const at = bytes.indexOf(Buffer.from([${name}, 6, ...Buffer.from("memory"), 2]));
    bytes[at + 12] = 1;
  `;
  assert.is(run(plain), "0,2 true the module given to useKernels declares plain memory RuntimeError");
});

test.run();
