// Wide SIMD by the releases of Node that have it.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { nodeOfRelease } from "../support/node_release.ts";
import { FLAGS_KEPT, runWide } from "../support/run_wide.ts";

/** The kernels with every f32x4.relaxed_madd made a relaxed_nmadd, −a·b + c. */
const CORRUPTED = `
  const unzip = zlib.gunzipSync;
  zlib.gunzipSync = (packed) => {
    const bytes = unzip(packed);
    for (let at = 0; (at = bytes.indexOf(Buffer.from([0xfd, 0x85, 0x02]), at)) >= 0; at++) bytes[at + 1] = 0x86;
    return bytes;
  };
  syncBuiltinESMExports();
`;

interface Trained {
  variant: string;
  arithmetic: string;
  threads: number;
  steps: number;
  sha256: string;
}

for (const release of ["24.21.0", "26.12.1"]) {
  const test = suite(`enableWideSimd, Node ${release}`);
  let node = "";

  async function trained(kernels: "wide" | "relaxed", threads: number): Promise<Trained> {
    const args = ["--import", "tsx", "test/support/train_with_kernels.ts", kernels, String(threads)];
    const { stdout } = await promisify(execFile)(node, args);
    return JSON.parse(stdout);
  }

  test.before(() => {
    node = nodeOfRelease(release);
  });

  test("the wide kernels are loaded, and round like the relaxed ones", () => {
    const program =
      "console.log(await enableWideSimd()); const { variant, arithmetic } = runtimeInfo(); console.log(variant, arithmetic);";
    assert.is(runWide(program, {}, node), "null\nwide relaxed-fma");
  });

  test("a second call gives the answer of the first, and changes nothing", () => {
    const program = `console.log(await enableWideSimd()); ${FLAGS_KEPT} relu(tensor([1]));
      console.log(await enableWideSimd(), flags.length, runtimeInfo().variant);`;
    assert.is(runWide(program, {}, node), "null\nnull 0 wide");
  });

  test("kernels that compute anything else are not used", () => {
    const program = `${CORRUPTED} console.log(await enableWideSimd(), runtimeInfo().variant);`;
    assert.is(runWide(program, {}, node), "it gives other numbers than relaxed SIMD here relaxed");
  });

  test("where V8 joins nothing, the relaxed kernels are used, the flag is unset, and the reason is told", () => {
    const program = `${FLAGS_KEPT} console.log(await enableWideSimd()); console.log(flags.join(), runtimeInfo().variant);`;
    const [reason, after] = runWide(program, {}, node).split("\n");
    assert.match(reason, /^its tiles are \d\.\d\d times as fast as others here, which is no gain$/);
    assert.is(after, "--experimental-wasm-revectorize,--no-experimental-wasm-revectorize relaxed");
  });

  test("after the first operation it is too late, and everything stays as it was", () => {
    const program = `relu(tensor([1])); console.log(await enableWideSimd(), runtimeInfo().variant);`;
    assert.match(runWide(program, {}, node), /^the kernels are loaded already; .* relaxed$/);
  });

  test("200 steps with dropout and augmentation end with the weights of relaxed kernels, on one, two and four threads", async () => {
    const expected = await trained("relaxed", 1);
    assert.equal([expected.variant, expected.steps], ["relaxed", 200]);
    for (const threads of [1, 2, 4]) {
      const { variant, threads: taking, sha256 } = await trained("wide", threads);
      assert.equal([variant, taking], ["wide", threads]);
      assert.is(sha256, expected.sha256, `${threads} threads`);
    }
  });

  test.run();
}
