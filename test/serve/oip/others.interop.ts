// The Open Inference Protocol with others at the ends: a client in Python, and onnxruntime with the exported file in our place.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type RunningServer, startServer } from "../../../serve/index.ts";
import { loadModel } from "../../../store/checkpoints/load_model.ts";
import { onnxRuntimes } from "../../support/onnx_runtimes.ts";
import { runCli } from "../../support/run_cli.ts";
import { bits, forward, normalisedDigits } from "../support/normalised_digits.ts";
import { runPythonClient } from "../support/run_python_client.ts";
import { post, send } from "../support/triton_client.ts";

const test = suite("the Open Inference Protocol, by others");
/** As test/interop/onnx.interop.ts has it. */
const TOLERANCE = 1e-4;
const folder = mkdtempSync(join(tmpdir(), "simdgrad-oip-"));
let server: RunningServer;

test.before(async () => {
  server = await startServer({ port: 0, logLevel: "silent", outputs: join(folder, "outputs") });
});
test.after(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const shipped = (name: "cnn" | "linear") => loadModel(join(folder, "outputs"), { kind: "shipped" }, name).network;

test("a client in plain Python, binary in and out, gets the library's values to the bit", async () => {
  const answer = (await runPythonClient("test/serve/oip/binary_client.py", new URL(server.url).host)) as {
    ready: number;
    cnn: { logits: number[] };
    linear: { logits: number[]; probabilities: number[] };
    gzip: { logits: number[] };
    unknown: [number, string];
    nan: [number, string];
  };
  const images = Float32Array.from({ length: 3 * 784 }, (_, i) => (((i * 7919) % 256) / 255 - 0.1307) / 0.3081);
  const [cnn, linear] = [forward(shipped("cnn"), images), forward(shipped("linear"), images)];
  assert.is(answer.ready, 200);
  assert.equal(answer.cnn, { logits: bits(cnn.logits) });
  assert.equal(answer.gzip, answer.cnn);
  assert.equal(answer.linear, { probabilities: bits(linear.probabilities), logits: bits(linear.logits) });
  assert.equal(answer.unknown, [404, 'no model is called "mlp"; there are linear and cnn.']);
  assert.equal([answer.nan[0], /not JSON/.test(answer.nan[1])], [400, true]);
});

for (const model of ["cnn", "linear"] as const) {
  test(`the very same JSON request, given to onnxruntime with the exported ${model}.onnx, has the same logits`, async () => {
    const path = join(folder, `${model}.onnx`);
    const outcome = await runCli(process.cwd(), ["export", "--format", "onnx", "--model", model, "--out", path]);
    assert.equal([outcome.code, outcome.stderr], [0, ""]);
    const digits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    const images = normalisedDigits(digits);
    const request = JSON.stringify({
      inputs: [{ name: "images", shape: [digits.length, 1, 28, 28], datatype: "FP32", data: [...images] }],
      outputs: [{ name: "logits" }],
    });
    const reply = await post(`${server.url}/v2/models/${model}/infer`, request);
    const { outputs } = JSON.parse(String(reply.body)) as {
      outputs: { name: string; shape: number[]; data: number[] }[];
    };
    const metadata = JSON.parse(String((await send("GET", `${server.url}/v2/models/${model}`)).body)) as {
      inputs: { name: string; shape: number[] }[];
      outputs: { name: string }[];
    };
    // What is sent to the runtime is read out of the request's own text.
    const { inputs: [input] } = JSON.parse(request) as { inputs: { name: string; shape: number[]; data: number[] }[] }; // biome-ignore format: one line
    for (const runtime of onnxRuntimes()) {
      const { inputNames, outputNames, run } = await runtime.open(readFileSync(path));
      assert.equal(inputNames, [input.name]);
      assert.equal(outputNames, outputs.map(({ name }) => name)); // biome-ignore format: one line
      const logits = await run(Float32Array.from(input.data), input.shape);
      assert.equal(outputs[0].shape, [digits.length, 10]);
      assert.is(logits.length, outputs[0].data.length);
      const worst = logits.reduce((max, value, i) => Math.max(max, Math.abs(value - outputs[0].data[i])), 0);
      assert.ok(worst <= TOLERANCE, `${runtime.name}: logits differ by ${worst}`);
      assert.equal(digitsOf(logits), digits);
      console.log(`measured: ${model}, ${runtime.name}: largest |Δ logit| ${worst.toExponential(1)}`);
    }
    assert.equal(metadata.inputs.map(({ name, shape }) => [name, shape]), [["images", [-1, 1, 28, 28]]]); // biome-ignore format: one line
    assert.is(metadata.outputs[0].name, "logits");
  });
}

function digitsOf(logits: ArrayLike<number>): number[] {
  const rows = Array.from({ length: logits.length / 10 }, (_, i) => Array.from(logits).slice(10 * i, 10 * i + 10));
  return rows.map((row) => row.indexOf(Math.max(...row)));
}

test.run();
