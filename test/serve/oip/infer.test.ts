// Inference by the Open Inference Protocol, through real HTTP: JSON, and the binary form as tritonclient speaks it.

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type RunningServer, startServer } from "../../../serve/index.ts";
import { readNumbers } from "../../../serve/oip/read_tensor.ts";
import { loadModel } from "../../../store/checkpoints/load_model.ts";
import { bits, forward, normalisedDigits } from "../support/normalised_digits.ts";
import { inferBody, inferReply, post, type Reply, TritonError, type TritonInput, tritonInfer } from "../support/triton_client.ts"; // biome-ignore format: one line

const test = suite("infer");
let server: RunningServer;
const DIGITS = [7, 2, 1, 0, 4];
const images = normalisedDigits(DIGITS);
const expected = {
  cnn: forward(loadModel("no outputs here", { kind: "shipped" }, "cnn").network, images),
  linear: forward(loadModel("no outputs here", { kind: "shipped" }, "linear").network, images),
};

test.before(async () => {
  server = await startServer({ port: 0, logLevel: "silent", outputs: "no outputs here" });
});
test.after(() => server.close());

const SHAPE = [DIGITS.length, 1, 28, 28];
const input = (changes: Partial<TritonInput> = {}): TritonInput => ({
  ...{ name: "images", shape: SHAPE, datatype: "FP32", values: images },
  ...changes,
});
const jsonInput = (data: unknown, changes: object = {}) => ({ name: "images", shape: SHAPE, datatype: "FP32", data, ...changes }); // biome-ignore format: one line
const infer = async (body: unknown, model = "cnn") =>
  inferReply(await post(`${server.url}/v2/models/${model}/infer`, JSON.stringify(body)));

/** Nested as the shape says. */
function nested(): number[][][][] {
  const rows = (image: number) =>
    Array.from({ length: 28 }, (_, row) => [...images.subarray(image * 784 + row * 28, image * 784 + row * 28 + 28)]);
  return DIGITS.map((_, image) => [rows(image)]);
}

test("JSON, flat or nested, gets the library's logits to the bit, from each network", async () => {
  for (const model of ["cnn", "linear"] as const) {
    for (const data of [[...images], nested()]) {
      const { result, values, headers } = await infer({ id: "a", inputs: [jsonInput(data)] }, model);
      assert.is(headers["content-type"], "application/json");
      const [{ data: logits, ...output }] = result.outputs;
      assert.equal(
        { ...result, outputs: [output] },
        {
          ...{ model_name: model, model_version: "0", id: "a" },
          outputs: [{ name: "logits", datatype: "FP32", shape: [5, 10] }],
        },
      );
      assert.is(logits?.length, 50);
      assert.equal(bits(values("logits")), bits(expected[model].logits));
    }
  }
  const { logits } = expected.cnn;
  assert.equal(DIGITS.map((_, i) => argmax(logits.subarray(10 * i, 10 * i + 10))), DIGITS); // biome-ignore format: one line
});

function argmax(row: Float32Array): number {
  return row.indexOf(Math.max(...row));
}

test("the default client, binary in and out, gets the library's logits to the bit", async () => {
  for (const model of ["cnn", "linear"] as const) {
    const { result, headers, values } = await tritonInfer(server.url, model, [input()], { id: "42" });
    assert.is(headers["content-type"], "application/octet-stream");
    assert.equal(result, {
      ...{ model_name: model, model_version: "0", id: "42" },
      outputs: [{ name: "logits", datatype: "FP32", shape: [5, 10], parameters: { binary_data_size: 200 } }],
    });
    assert.equal(bits(values("logits")), bits(expected[model].logits));
  }
});

test("outputs come in the order that was asked for, each as JSON or as bytes", async () => {
  const names = ["probabilities", "logits"];
  for (const isBinary of [
    [true, true],
    [false, true],
    [true, false],
    [false, false],
  ]) {
    const outputs = names.map((name, i) => ({ name, isBinary: isBinary[i] }));
    const { result, values, headers } = await tritonInfer(server.url, "cnn", [input()], { outputs });
    assert.equal(result.outputs.map(({ name }) => name), names); // biome-ignore format: one line
    assert.equal(result.outputs.map(({ data }) => data === undefined), isBinary); // biome-ignore format: one line
    assert.is(headers["inference-header-content-length"] !== undefined, isBinary.includes(true));
    for (const name of ["logits", "probabilities"] as const) {
      assert.equal(bits(values(name)), bits(expected.cnn[name]), `${name} ${isBinary}`);
    }
  }
});

test("binary_data of an output counts before binary_data_output of the request", async () => {
  const { result } = await infer({
    inputs: [jsonInput([...images])],
    parameters: { binary_data_output: true },
    outputs: [{ name: "logits" }, { name: "probabilities", parameters: { binary_data: false } }],
  });
  assert.equal(result.outputs.map(({ data }) => data === undefined), [true, false]); // biome-ignore format: one line
});

test("JSON alone may name its length too, and its outputs may be binary", async () => {
  const body = JSON.stringify({ inputs: [jsonInput(nested())], parameters: { binary_data_output: true } });
  const reply = await post(`${server.url}/v2/models/cnn/infer`, body, sized(Buffer.byteLength(body)));
  assert.equal(bits(inferReply(reply).values("logits")), bits(expected.cnn.logits));
});

test("JSON of any length may stand before the bytes", async () => {
  for (const id of ["", "x", "xx", "xxx", "é😀"]) {
    const { values } = await tritonInfer(server.url, "cnn", [input()], { id });
    assert.equal(bits(values("logits")), bits(expected.cnn.logits), id);
  }
});

test("a body that is a tensor alone is read where the header says so, and answered in bytes", async () => {
  const body = new Uint8Array(images.slice().buffer);
  const reply = await post(`${server.url}/v2/models/cnn/infer`, body, { "Inference-Header-Content-Length": "0" });
  assert.equal(bits(inferReply(reply).values("logits")), bits(expected.cnn.logits));
});

test("an id is made where none came", async () => {
  for (const id of [undefined, null, ""]) {
    assert.match((await infer({ id, inputs: [jsonInput([...images])] })).result.id, /^[0-9a-f-]{36}$/);
  }
});

test("the binary form's example in the documentation is answered as it says", async () => {
  const [, block] =
    /## The binary form\n\n```\n([\s\S]*?)```/.exec(readFileSync("docs/inference-protocol.md", "utf8")) ?? [];
  const [head, json] = block.trim().split("\n\n");
  const [, path, length] = /^POST (\S+)\nInference-Header-Content-Length: (\d+)$/.exec(head) ?? [];
  const [, text, bytes] = /^(.*)<(\d+) bytes>$/.exec(json) ?? [];
  const body = Buffer.concat([Buffer.from(text), Buffer.alloc(Number(bytes))]);
  const { result } = inferReply(await post(server.url + path, body, sized(length)));
  assert.equal(result.outputs, [
    { name: "logits", datatype: "FP32", shape: [1, 10], parameters: { binary_data_size: 40 } },
  ]);
});

test("members that are null, as classes of clients write them, and unknown ones change nothing", async () => {
  const { values } = await infer({
    ...{ id: null, parameters: null, outputs: null, model_name: "cnn" },
    inputs: [jsonInput([...images], { parameters: { content_type: "np", binary_data_size: null } })],
  });
  assert.equal(bits(values("logits")), bits(expected.cnn.logits));
});

test("gzip and deflate, as the client can send them, are read", async () => {
  for (const compression of ["gzip", "deflate"] as const) {
    const { values } = await tritonInfer(server.url, "cnn", [input()], { compression });
    assert.equal(bits(values("logits")), bits(expected.cnn.logits));
  }
});

test("334 images fit into the default limit of a body, and each is answered", async () => {
  const many = new Float32Array(334 * 784);
  for (let i = 0; i < 334; i++) many.set(images.subarray(784 * (i % 5), 784 * (i % 5) + 784), i * 784);
  const { values } = await tritonInfer(server.url, "cnn", [input({ values: many, shape: [334, 1, 28, 28] })]);
  const logits = values("logits");
  assert.is(logits.length, 3340);
  for (let i = 0; i < 334; i++) {
    const row = logits.subarray(10 * i, 10 * i + 10);
    assert.equal(bits(row), bits(expected.cnn.logits.subarray(10 * (i % 5), 10 * (i % 5) + 10)), `image ${i}`);
  }
});

test("a request whose timeout passes before the network is free is answered 503", async () => {
  const error = await tritonInfer(server.url, "cnn", [input()], { timeout: 1 }).catch((each: unknown) => each);
  assert.instance(error, TritonError);
  assert.equal([(error as TritonError).status, /deadline/.test((error as TritonError).message)], [503, true]);
  for (const timeout of [0, 60_000_000]) await tritonInfer(server.url, "cnn", [input()], { timeout, priority: 2 });
});

const withNumber = (at: number, value: unknown): unknown[] => Object.assign([...images], { [at]: value });
const flat = [...images];
const binary = inferBody([input()]);
const sized = (json: number | string) => ({ "Inference-Header-Content-Length": String(json) });
const inputs = (changes: object, data: unknown = flat) => ({ inputs: [jsonInput(data, changes)] });

test("more images than can wait are refused by the shape alone, without memory for them", async () => {
  const sent = { inputs: [jsonInput(Array(1000).fill([]), { shape: [1000, 1, 28, 28] })] };
  const says = /^1000 images in one request; at most 512 can wait here/;
  problemOf(await post(`${server.url}/v2/models/cnn/infer`, JSON.stringify(sent)), 413, says);
});

test("nested data are measured before there is memory for what the shape claims", () => {
  const { Float32Array: typed } = globalThis;
  Object.assign(globalThis, { Float32Array: () => assert.unreachable("memory was asked for") });
  try {
    assert.throws(() => readNumbers([[], []], [2, 1, 28, 28], "data"), /^data\[0\] must have 1 entries.*it has 0/);
  } finally {
    Object.assign(globalThis, { Float32Array: typed });
  }
});

const REFUSED: [what: string, status: number, says: RegExp, body: unknown, headers?: Record<string, string>][] = [
  ["an empty body", 400, /^the body is empty/, ""],
  ["what is not JSON", 400, /^the body is not JSON/, "{"],
  ["bytes without the header that says where they begin", 400, /not text in UTF-8|not JSON/, binary.body],
  ["JSON that is nested too deep", 400, /64 deep/, `{"inputs":[{"data":${"[".repeat(100)}${"]".repeat(100)}}]}`],
  ["no inputs", 400, /^inputs: /, {}],
  ["an empty list of inputs", 400, /^inputs: /, { inputs: [] }],
  ["an input that there is not", 400, /inputs\[0\]\.name is "image"; the one input is "images"/, inputs({ name: "image" })],
  ["two inputs", 400, /twice/, { inputs: [jsonInput(flat), jsonInput(flat)] }],
  ["another datatype", 400, /"FP32"; got "FP64"/, inputs({ datatype: "FP64" })],
  ["another shape", 400, /\[n, 1, 28, 28\] with n ≥ 1; got \[5, 28, 28\]/, inputs({ shape: [5, 28, 28] })],
  ["a shape without images", 400, /got \[0, 1, 28, 28\]/, inputs({ shape: [0, 1, 28, 28] }, [])],
  ["a shape below zero", 400, /got \[-1, 1, 28, 28\]/, inputs({ shape: [-1, 1, 28, 28] })],
  ["too few numbers", 400, /data must have 3920 numbers, as the shape \[5, 1, 28, 28\] says; it has 3919/, inputs({}, flat.slice(1))],
  ["too many numbers", 400, /it has 3921/, inputs({}, [...flat, 0])],
  ["nested data of another shape", 400, /data\[2\]\[0\]\[3\] must have 28 entries.*it has 27/, inputs({}, Object.assign(nested(), { 2: [Object.assign(nested()[2][0], { 3: flat.slice(0, 27) })] }))],
  ["nested data with too few images", 400, /data must have 5 entries.*it has 4/, inputs({}, nested().slice(1))],
  ["a number within a list of lists", 400, /data\[1\] must be an array; got 3/, inputs({}, Object.assign(nested(), { 1: 3 }))],
  ["a text among the numbers", 400, /data\[7\] must be a number; got "0"/, inputs({}, withNumber(7, "0"))],
  ["null among the numbers", 400, /data\[7\] must be a number; got null/, inputs({}, withNumber(7, null))],
  ["data that is no list", 400, /data must be an array; got "x"/, inputs({}, "x")],
  ["a number beyond FP32", 400, /images\[1\]\[0\]\[0\]\[2\] is Infinity/, JSON.stringify(inputs({}, withNumber(786, 0))).replace(/(?<=data":\[(?:[^,]*,){786})0/, "1e39")],
  ["NaN, as Python writes it", 400, /not JSON/, JSON.stringify(inputs({}, withNumber(3, null))).replace("null", "NaN")],
  ["numbers that the network cannot bear", 400, /output for images\[0\] is not finite/, inputs({}, new Array(3920).fill(3e38))],
  ["no data", 400, /no data, and no parameters\.binary_data_size/, inputs({ data: undefined })],
  ["an output that there is not", 400, /outputs\[1\]\.name is "classes"; there are "logits" and "probabilities"/, { ...inputs({}), outputs: [{ name: "logits" }, { name: "classes" }] }],
  ["an output twice", 400, /"logits" twice/, { ...inputs({}), outputs: [{ name: "logits" }, { name: "logits" }] }],
  ["an id that is no text", 400, /^id: /, { ...inputs({}), id: 7 }],
  ["a timeout below zero", 400, /^parameters\.timeout: /, { ...inputs({}), parameters: { timeout: -1 } }],
  ["a class count", 501, /classification.*"probabilities"/, inferBody([input({ isBinary: false })], { outputs: [{ name: "logits", classCount: 3 }] }).body],
  ["a sequence", 501, /sequence_id/, inferBody([input({ isBinary: false })], { sequenceId: 3 }).body],
  ["shared memory", 501, /shared_memory_region/, inputs({ parameters: { shared_memory_region: "r" } })],
  ["a binary input without the header", 400, /inputs\[0\] is binary; the header/, inputs({ data: undefined, parameters: { binary_data_size: 15680 } })],
  ["a JSON length that is no number", 400, /must be a number of bytes; got "-1"/, binary.body, sized(-1)],
  ["a JSON length beyond the body", 400, /is 99999, and the body has \d+ bytes/, binary.body, sized(99999)],
  ["a JSON length that cuts the JSON", 400, /the JSON, of 20 bytes.*is not JSON/, binary.body, sized(20)],
  ["bytes that end early", 400, /come to 15680 bytes, and 15679 bytes follow/, binary.body.subarray(0, -1), sized(binary.jsonSize ?? 0)],
  ["bytes that nobody asked for", 400, /come to 15680 bytes, and 15681 bytes follow/, Buffer.concat([binary.body, Buffer.alloc(1)]), sized(binary.jsonSize ?? 0)],
  ["NaN among the bytes", 400, /images\[0\]\[0\]\[0\]\[0\] is NaN/, ...framed(inferBody([input({ values: images.map((value, i) => (i === 0 ? Number.NaN : value)) })]))],
  ["bytes of another shape", 400, /has 15680 bytes; the shape \[4, 1, 28, 28\] has 12544 bytes/, ...framed(inferBody([input({ shape: [4, 1, 28, 28] })]))],
  ["two binary inputs, one of which there is not", 400, /inputs\[0\]\.name is "mask"/, ...framed(inferBody([input({ name: "mask", values: images.subarray(0, 3) }), input()]))],
  ["a tensor alone that is no whole image", 400, /must have 3136 bytes an image; it has 3137/, new Uint8Array(3137), sized(0)],
  ["a body of a tensor alone that is empty", 400, /it has 0/, "", sized(0)],
  ["another compression", 415, /gzip or deflate.*"br"/, "x", { "Content-Encoding": "br" }],
  ["damaged gzip", 400, /damaged or ends early/, gzipSync(binary.body).subarray(0, 300), { "Content-Encoding": "gzip" }],
  ["gzip that is far larger inside", 413, /decompresses to more than 1048576 bytes/, gzipSync(Buffer.alloc(2 ** 24)), { "Content-Encoding": "gzip" }],
  ["a body that is too large", 413, /more than 1048576 bytes/, Buffer.alloc(2 ** 20 + 1)],
]; // biome-ignore format: a row each

function framed({ body, jsonSize }: ReturnType<typeof inferBody>): [Buffer, Record<string, string>] {
  return [body, sized(jsonSize ?? 0)];
}

for (const [what, status, says, body, headers] of REFUSED) {
  test(`${what} is a problem of status ${status}, in one line that says where`, async () => {
    const sent = typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
    problemOf(await post(`${server.url}/v2/models/cnn/infer`, sent, headers), status, says);
  });
}

function problemOf({ status, headers, body }: Reply, expectedStatus: number, says: RegExp): void {
  const problem = JSON.parse(String(body)) as { status: number; error: string };
  assert.match(problem.error, says);
  assert.not.match(problem.error, /\n/);
  assert.equal([status, problem.status], [expectedStatus, expectedStatus]);
  assert.is(headers["content-type"], "application/problem+json");
}

test("both forms of one request get the same bits", async () => {
  const outputs = [{ name: "logits" }, { name: "probabilities" }];
  const json = await infer({ inputs: [jsonInput(flat)], outputs });
  const bytes = await tritonInfer(server.url, "cnn", [input()], { outputs });
  for (const { name } of outputs) assert.equal(bits(json.values(name)), bits(bytes.values(name)));
});

test("whether an image is a digit is answered where the checkpoint can tell, asked for one image at a time", async () => {
  const one = jsonInput([...images.subarray(0, 784)], { shape: [1, 1, 28, 28] });
  const asked = (inputs: unknown[]) => JSON.stringify({ inputs, parameters: { is_digit: true } });
  const answered = async (of: unknown): Promise<{ is_digit?: boolean; reason?: string }> => {
    const reply = await fetch(`${server.url}/v2/models/cnn/infer`, { method: "POST", body: asked([of]) });
    return ((await reply.json()) as { parameters: object }).parameters;
  };
  assert.equal(await answered(one), { is_digit: true });
  const noise = Array.from({ length: 784 }, (_, i) => ((i * 97 + (i >> 3) * 31) % 2 ? 2.8 : -0.42));
  const { is_digit, reason } = await answered(jsonInput(noise, { shape: [1, 1, 28, 28] }));
  assert.is(is_digit, false);
  assert.match(reason ?? "", /^it is unlike any digit that was learned/);
  const several = await fetch(`${server.url}/v2/models/cnn/infer`, {
    method: "POST",
    body: asked([jsonInput([...images])]),
  });
  assert.is(several.status, 400);
  assert.match(
    ((await several.json()) as { error: string }).error,
    /^parameters\.is_digit is answered for one image; got 5/,
  );
});

test.run();
