// The reference's endpoints, through real HTTP.

import { readFileSync } from "node:fs";
import { deflateSync, gzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodePng, encodePng } from "../../data/index.node.ts";
import { preprocessDigit } from "../../data/index.ts";
import { weightsDigest } from "../../lib/index.ts";
import { Classifier } from "../../models/index.ts";
import { badRequest } from "../../serve/http/problem.ts";
import { type RunningServer, startServer } from "../../serve/index.ts";
import { loadModel } from "../../store/checkpoints/load_model.ts";

const test = suite("predict");
let server: RunningServer;

test.before(async () => {
  server = await startServer({ port: 0, logLevel: "silent", outputs: "no outputs here" });
});
test.after(() => server.close());

const digit = (n: number): Buffer => readFileSync(`docs/digits/${n}.png`);

function formOf(fields: Record<string, string>, ...pictures: [name: string, bytes: Uint8Array][]): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const [name, bytes] of pictures) form.append("file", new Blob([bytes as Uint8Array<ArrayBuffer>]), name);
  return form;
}

const post = (body: BodyInit, path = "/predict", headers: Record<string, string> = {}) =>
  fetch(`${server.url}${path}`, { method: "POST", body, headers });

test("a picture gets the very answer of the library's Classifier", async () => {
  for (const name of ["linear", "cnn"] as const) {
    const response = await post(formOf({ model_type: name }, ["7.png", digit(7)]));
    assert.is(response.status, 200);
    const { network } = loadModel("outputs", { kind: "shipped" }, name);
    const expected = new Classifier(network).read(preprocessDigit(decodePng(digit(7), "7.png")));
    const { latency_ms, ...answer } = (await response.json()) as Record<string, unknown>;
    assert.equal(answer, {
      predicted_class: expected.digit,
      confidence: expected.confidence,
      probabilities: expected.probabilities,
      model_type: name,
      model_version: "0",
      warnings: [...expected.warnings],
    });
    assert.type(latency_ms, "number");
  }
});

test("several pictures get an answer each, in their order, as each alone would", async () => {
  const names = [3, 1, 4].map((n): [string, Uint8Array] => [`${n}.png`, digit(n)]);
  const { predictions } = (await (await post(formOf({}, ...names))).json()) as {
    predictions: { filename: string; predicted_class: number; probabilities: number[] }[];
  };
  assert.equal(
    predictions.map(({ filename, predicted_class }) => [filename, predicted_class]),
    [
      ["3.png", 3],
      ["1.png", 1],
      ["4.png", 4],
    ],
  );
  const alone = (await (await post(formOf({}, names[1]))).json()) as { probabilities: number[] };
  assert.equal(predictions[1].probabilities, alone.probabilities);
});

test("while many pictures of one request are decoded, the event loop turns", async () => {
  const paper = { width: 280, height: 280, data: new Uint8Array(4 * 280 * 280).fill(255) };
  for (let i = 0; i < paper.data.length; i += 40) paper.data[i] = i % 251; // Nothing that would be passed over quickly.
  const file = encodePng(paper);
  const { service } = server;
  const { pictures } = service;
  let turn = 0;
  let isDone = false;
  const count = (): void => {
    turn++;
    if (!isDone) setImmediate(count);
  };
  const seen = new Set<number>();
  const read: typeof pictures.read = async (...args) => {
    const digit = await pictures.read(...args);
    seen.add(turn);
    return digit;
  };
  Object.assign(service, { pictures: { read, waiting: 0, close: () => pictures.close() } });
  setImmediate(count);
  const response = await post(formOf({}, ...Array<[string, Uint8Array]>(30).fill(["paper.png", file])));
  Object.assign(service, { pictures });
  isDone = true;
  assert.is(response.status, 200);
  assert.ok(seen.size >= 4, `30 pictures of a millisecond or more in ${seen.size} turns`);
});

test("once a picture is refused, the others of its request are dropped, and the first refusal is answered", async () => {
  const { service } = server;
  const { pictures } = service;
  let dropped = 0;
  const read: typeof pictures.read = async (_, name, { signal }) => {
    if (name === "bad.jpg") throw badRequest("bad.jpg is damaged");
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(new Error(`${name} was dropped, ${++dropped} in all`)), {
        once: true,
      });
    });
  };
  Object.assign(service, { pictures: { read, waiting: 0, close: () => pictures.close() } });
  const names = ["1.jpg", "2.jpg", "bad.jpg", "3.jpg"];
  const response = await post(formOf({}, ...names.map((name): [string, Uint8Array] => [name, digit(7)])));
  Object.assign(service, { pictures });
  assert.is(response.status, 400);
  assert.match(((await response.json()) as { error: string }).error, /^bad\.jpg is damaged/);
  assert.is(dropped, 3);
});

test("as many JPEGs as --max-images says are read in one request", async () => {
  const large = await startServer({ port: 0, logLevel: "silent", outputs: "no outputs here", maxImages: 100 });
  const jpegs = Array<[string, Uint8Array]>(100).fill([
    "grey.jpg",
    new Uint8Array(readFileSync("test/fixtures/jpeg/grey.jpg")),
  ]);
  try {
    const response = await fetch(`${large.url}/predict`, { method: "POST", body: formOf({}, ...jpegs) });
    assert.is(response.status, 200);
    assert.is(((await response.json()) as { predictions: unknown[] }).predictions.length, 100);
  } finally {
    await large.close();
  }
});

test("base64 and data URLs of the same picture get the same answer", async () => {
  const base64 = digit(5).toString("base64");
  const of = async (body: object) => {
    const response = await post(JSON.stringify(body), "/predict/base64", { "content-type": "application/json" });
    const { latency_ms, ...answer } = (await response.json()) as Record<string, unknown>;
    return answer;
  };
  const plain = await of({ image: base64 });
  assert.is(plain.predicted_class, 5);
  assert.equal(await of({ image: `data:image/png;base64,${base64}` }), plain);
  assert.equal(await of({ image: base64, model_type: "cnn" }), plain);
});

test("a compressed body gets the same answer", async () => {
  const json = JSON.stringify({ image: digit(5).toString("base64") });
  for (const [encoding, body] of [
    ["gzip", gzipSync(json)],
    ["deflate", deflateSync(json)],
  ] as const) {
    const response = await post(body, "/predict/base64", { "content-encoding": encoding });
    assert.is(((await response.json()) as { predicted_class: number }).predicted_class, 5);
  }
  assert.is((await post("x", "/predict", { "content-encoding": "br" })).status, 415);
});

const REFUSED: [what: string, body: () => BodyInit, path: string, status: number, says: RegExp][] = [
  ["no form", () => "hello", "/predict", 415, /multipart\/form-data/],
  ["a form without a picture", () => formOf({ model_type: "cnn" }), "/predict", 400, /no picture/],
  [
    "a network that there is not",
    () => formOf({ model_type: "mlp" }, ["7.png", digit(7)]),
    "/predict",
    404,
    /"mlp".*linear and cnn/,
  ],
  ["a damaged picture", () => formOf({}, ["7.png", digit(7).subarray(0, 200)]), "/predict", 400, /7\.png/],
  ["an empty picture", () => formOf({}, ["7.png", new Uint8Array()]), "/predict", 400, /7\.png is empty/],
  ["no JSON", () => "{", "/predict/base64", 400, /not JSON/],
  ["JSON without an image", () => "{}", "/predict/base64", 400, /image/],
  ["what is not base64", () => '{"image":"%%%"}', "/predict/base64", 400, /not base64/],
  ["a body that is too large", () => new Uint8Array(2 ** 20 + 1), "/predict", 413, /1048576 bytes/],
];
for (const [what, body, path, status, says] of REFUSED) {
  test(`${what} is a problem of status ${status}`, async () => {
    const response = await post(body(), path);
    assert.is(response.headers.get("content-type"), "application/problem+json");
    const problem = (await response.json()) as { status: number; error: string; request_id: string };
    assert.equal([response.status, problem.status], [status, status]);
    assert.match(problem.error, says);
    assert.match(problem.request_id, /^[0-9a-f-]{36}$/);
  });
}

test("what there is can be asked for", async () => {
  const get = async (path: string) => (await fetch(`${server.url}${path}`)).json() as Promise<Record<string, unknown>>;
  assert.equal(await get("/models"), ["linear", "cnn"]);
  assert.is((await get("/")).status, "healthy");
  const info = await get("/model/cnn/info");
  assert.is(info.parameters, 102_026);
  const { network } = loadModel("outputs", { kind: "shipped" }, "cnn");
  assert.is((info.checkpoint as { weights_sha256: string }).weights_sha256, weightsDigest(network));
  assert.equal(await get("/v2/health/ready"), { live: true, ready: true });
});

test.run();
