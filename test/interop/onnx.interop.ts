// Our ONNX files, as onnx and onnxruntime see them.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { modelAskedFor as loadModel } from "../../cli/inputs/asked_model.ts";
import { loadMnistTest } from "../../data/index.node.ts";
import { encodeOnnx, noGrad, rand, type Sequential, scope, type Tensor } from "../../lib/index.ts";
import { onnxNetworks } from "../support/onnx_networks.ts";
import { onnxRuntimes } from "../support/onnx_runtimes.ts";
import { runCli } from "../support/run_cli.ts";
import { runPython } from "../support/run_python.ts";

const test = suite("onnx, by others");

const TOLERANCE = 1e-4;
const BATCH = 250;

const folder = mkdtempSync(join(tmpdir(), "simdgrad-onnx-"));
const runtimes = onnxRuntimes();

interface Verdict {
  problem: string | null;
  ir: number;
  opset: [string, number][];
  input: [string, (string | number)[]][];
  output: [string, (string | number)[]][];
  claimed: Record<string, (string | number)[]>;
  inferred: Record<string, (string | number)[]>;
  metadata: Record<string, string>;
  description: string;
}

test.after(() => rmSync(folder, { recursive: true }));

/** [N, H, W, C] as [N, C, H, W]; other ranks as they are. */
function channelsFirst({ shape, values }: Tensor<"f32">): { shape: number[]; data: Float32Array } {
  if (shape.length !== 4) return { shape: [...shape], data: new Float32Array(values) };
  const [n, h, w, c] = shape;
  const data = Float32Array.from({ length: values.length }, (_, i) => {
    const [image, channel, pixel] = [Math.floor(i / (c * h * w)), Math.floor(i / (h * w)) % c, i % (h * w)];
    return values[(image * h * w + pixel) * c + channel];
  });
  return { shape: [n, c, h, w], data };
}

/** What the model itself gives, in ONNX's order. */
function ours(model: Sequential, x: Tensor<"f32">): Float32Array {
  return scope(() => channelsFirst(noGrad(() => model.eval().forward(x))).data);
}

/** @returns the largest difference, which must not pass the tolerance */
function compare(what: string, actual: Float32Array, expected: Float32Array): number {
  assert.is(actual.length, expected.length, what);
  const worst = actual.reduce((max, value, i) => Math.max(max, Math.abs(value - expected[i])), 0);
  assert.ok(worst <= TOLERANCE, `${what}: logits differ by ${worst}`); // NaN fails as well
  return worst;
}

function check(verdict: Verdict, inputShape: readonly number[]): void {
  assert.is(verdict.problem, null);
  assert.equal([verdict.ir, verdict.opset], [8, [["", 17]]]);
  const [h, w, c] = inputShape;
  assert.equal(verdict.input, [["images", inputShape.length === 3 ? ["N", c, h, w] : ["N", ...inputShape]]]);
  // Where onnx works out a shape by itself, it is the one that the file claims; and it does so for every value.
  assert.equal(verdict.inferred, verdict.claimed);
}

test("every kind of layer passes the checker, and gives our logits in both runtimes", async () => {
  const networks = onnxNetworks();
  const paths = networks.map(({ name, model, inputShape }) => {
    const path = join(folder, `${name}.onnx`);
    writeFileSync(path, encodeOnnx(model, { name, inputShape }));
    return path;
  });
  const verdicts = runPython("test/interop/check_onnx.py", ...paths) as Record<string, Verdict>;
  for (const [i, { name, model, inputShape }] of networks.entries()) {
    check(verdicts[paths[i]], inputShape);
    for (const runtime of runtimes) {
      const run = await runtime.load(readFileSync(paths[i]));
      for (const batch of [1, 5]) {
        const x = rand([batch, ...inputShape], { seed: 3 });
        const { shape, data } = channelsFirst(x);
        compare(`${name}, batch ${batch}, ${runtime.name}`, await run(data, shape), ours(model, x));
      }
    }
  }
});

for (const name of ["cnn", "linear"] as const) {
  test(`the shipped ${name}, exported by the program, reads all 10,000 test images as it does here`, async () => {
    const path = join(folder, `shipped-${name}.onnx`);
    const outcome = await runCli(process.cwd(), ["export", "--format", "onnx", "--model", name, "--out", path]);
    assert.equal([outcome.code, outcome.stderr], [0, ""]);
    const verdicts = runPython("test/interop/check_onnx.py", path) as Record<string, Verdict>;
    check(verdicts[path], [28, 28, 1]);
    assert.equal(verdicts[path].output, [["logits", ["N", 10]]]);
    assert.equal([verdicts[path].metadata.mean, verdicts[path].metadata.std], ["0.1307", "0.3081"]);

    const { network } = loadModel({ model: name });
    const { test: images } = await loadMnistTest();
    assert.is(images.size, 10_000);
    for (const runtime of runtimes) {
      const run = await runtime.load(readFileSync(path));
      let worst = 0;
      let count = 0;
      for (const { x } of images.batches({ batchSize: BATCH })) {
        const expected = ours(network, x);
        const actual = await run(new Float32Array(x.values), [x.shape[0], 1, 28, 28]);
        worst = Math.max(worst, compare(`${name}, ${runtime.name}`, actual, expected));
        for (let i = 0; i < x.shape[0]; i++) {
          assert.is(classOf(actual, i), classOf(expected, i), `${name}, ${runtime.name}: another class`);
        }
        count += x.shape[0];
      }
      assert.is(count, 10_000);
      console.log(
        `measured: ${name}, ${runtime.name}: ${count} images, same classes, largest |Δ logit| ${worst.toExponential(1)}`,
      );
    }
  });
}

function classOf(logits: Float32Array, image: number): number {
  const row = logits.subarray(image * 10, image * 10 + 10);
  return row.indexOf(Math.max(...row));
}

test.run();
