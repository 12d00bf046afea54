// The reference's endpoints, through real HTTP.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { deflateSync, gzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodePng, encodePng } from "../../data/index.node.ts";
import { preprocessDigit, preprocessDigits } from "../../data/index.ts";
import { weightsDigest } from "../../lib/index.ts";
import { Classifier, type ModelName, readDigitLikeness } from "../../models/index.ts";
import { badRequest } from "../../serve/http/problem.ts";
import { type RunningServer, startServer } from "../../serve/index.ts";
import { loadModel } from "../../store/checkpoints/load_model.ts";
import { calibratedModel } from "../support/calibrated_model.ts";
import { fakeRun } from "../support/fake_run.ts";
import { IDS, promote } from "../support/versions.ts";

const test = suite("predict");
let server: RunningServer;

test.before(async () => {
  server = await startServer({ port: 0, logLevel: "silent", outputs: "no outputs here" });
});
test.after(() => server.close());

interface Answered {
  predicted_class: number | null;
  is_digit: boolean | null;
  reason: string | null;
  error?: string;
}
interface AllDigits {
  digits: (Answered & { box: object; latency_ms: number })[];
  model_type: string;
  model_version: string;
  latency_ms: number;
}

const digit = (n: number): Buffer => readFileSync(`docs/digits/${n}.png`);

function formOf(fields: Record<string, string>, ...pictures: [name: string, bytes: Uint8Array][]): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const [name, bytes] of pictures) form.append("file", new Blob([bytes as Uint8Array<ArrayBuffer>]), name);
  return form;
}

function shippedClassifier(name: ModelName): Classifier {
  const { network, metadata } = loadModel("outputs", { kind: "shipped" }, name);
  return new Classifier(network, { likeness: readDigitLikeness(metadata.digitLikeness) });
}

const post = (body: BodyInit, path = "/predict", headers: Record<string, string> = {}) =>
  fetch(`${server.url}${path}`, { method: "POST", body, headers });

test("a picture gets the very answer of the library's Classifier", async () => {
  for (const name of ["linear", "cnn"] as const) {
    const response = await post(formOf({ model_type: name }, ["7.png", digit(7)]));
    assert.is(response.status, 200);
    const expected = shippedClassifier(name).read(preprocessDigit(decodePng(digit(7), "7.png")));
    const { latency_ms, ...answer } = (await response.json()) as Record<string, unknown>;
    assert.equal(answer, {
      predicted_class: expected.digit,
      confidence: expected.confidence,
      probabilities: expected.probabilities,
      is_digit: expected.isDigit,
      reason: expected.reason,
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

test("with all, every digit of a picture is answered with its box, in reading order, as the Classifier does", async () => {
  const file = readFileSync("docs/digits/20471.png");
  const expected = shippedClassifier("cnn").readAll(preprocessDigits(decodePng(file, "20471.png")));
  for (const all of ["true", "True"]) {
    const answer = (await (await post(formOf({ all }, ["20471.png", file]))).json()) as AllDigits;
    assert.equal([answer.model_type, answer.model_version, typeof answer.latency_ms], ["cnn", "0", "number"]);
    assert.is(answer.digits.map(({ predicted_class }) => predicted_class).join(""), "20471");
    for (const [i, { latency_ms, ...each }] of answer.digits.entries()) {
      const { box, digit, confidence, probabilities, isDigit, reason, warnings } = expected[i];
      const of = { predicted_class: digit, confidence, probabilities, is_digit: isDigit, reason };
      assert.equal(each, { box, ...of, model_type: "cnn", model_version: "0", warnings: [...warnings] });
      assert.is(latency_ms, answer.latency_ms);
    }
  }
});

test("with all, several pictures get a list of digits each; a blank one and none get an empty one", async () => {
  const files = ["3", "20471"].map((name) => readFileSync(`docs/digits/${name}.png`));
  files.push(Buffer.from(encodePng({ width: 40, height: 40, data: new Uint8Array(6400).fill(255) })));
  const read = ({ digits }: AllDigits): string => digits.map((each) => each.predicted_class).join("");
  const image = files.map((file) => file.toString("base64"));
  const listed = await post(JSON.stringify({ image, all: true, model_type: "cnn" }), "/predict/base64");
  const { predictions } = (await listed.json()) as { predictions: (AllDigits & { filename: string })[] };
  assert.equal(predictions.map(read), ["3", "20471", ""]);
  assert.equal(
    predictions.map(({ filename, model_type }) => [filename, model_type]),
    [1, 2, 3].map((n) => [`image ${n}`, "cnn"]),
  );
  const alone = await post(JSON.stringify({ image: image[1], all: true }), "/predict/base64");
  assert.is(read((await alone.json()) as AllDigits), "20471");
  for (const all of ["false", "FALSE"]) {
    assert.is(((await (await post(formOf({ all }, ["3.png", files[0]]))).json()) as Answered).predicted_class, 3);
  }
});

test("each mark that may be a digit counts as an image: what the queue cannot hold is refused, and a picture of dots", async () => {
  const file = readFileSync("docs/digits/20471.png");
  const small = await startServer({ port: 0, logLevel: "silent", outputs: "no outputs here", maxQueue: 4 });
  try {
    const response = await fetch(`${small.url}/predict`, {
      method: "POST",
      body: formOf({ all: "true" }, ["n.png", file]),
    });
    assert.is(response.status, 413);
    assert.match(((await response.json()) as Answered).error ?? "", /images in one request; at most 4 can wait here/);
  } finally {
    await small.close();
  }
  const dots = { width: 560, height: 560, data: new Uint8Array(4 * 560 * 560).fill(255) };
  for (let i = 0; i < dots.data.length / 4; i++) {
    const [x, y] = [(i % 560) % 28, Math.floor(i / 560) % 28];
    if (x >= 6 && x < 9 && y >= 4 && y < 18) dots.data.fill(0, 4 * i, 4 * i + 3);
  }
  const response = await post(formOf({ all: "true" }, ["dots.png", encodePng(dots)]));
  assert.is(response.status, 413);
  assert.match(((await response.json()) as Answered).error ?? "", /^a picture holds 400 marks .*; at most 256 are read\. Send it in parts\.$/); // biome-ignore format: one line
});

test("a checkpoint that says what digits look like has answers say whether they show one, and why not", async () => {
  const outputs = mkdtempSync(join(tmpdir(), "simdgrad-predict-"));
  process.once("exit", () => rmSync(outputs, { recursive: true, force: true }));
  const trained = await calibratedModel("linear");
  fakeRun(outputs, IDS[0], { trained });
  await promote(outputs, IDS[0]);
  fakeRun(outputs, IDS[1], { model: "cnn" });
  await promote(outputs, IDS[1]);
  const calibrated = await startServer({ port: 0, logLevel: "silent", outputs });
  const scribble = { width: 200, height: 200, data: new Uint8Array(160_000).fill(255) };
  for (let i = 0; i < 40_000; i++) {
    const [x, y] = [i % 200, Math.floor(i / 200)];
    const isInk = x > 30 && x < 170 && y > 30 && y < 170 && x % 20 < 9 !== y % 20 < 9;
    if (isInk) scribble.data.fill(0, 4 * i, 4 * i + 3);
  }
  const ask = async (body: FormData): Promise<Answered> =>
    (await fetch(`${calibrated.url}/predict`, { method: "POST", body })).json() as Promise<Answered>;
  try {
    const fields = { model_type: "linear" };
    const classifier = new Classifier(trained.network, { likeness: trained.likeness });
    const seven = await ask(formOf(fields, ["7.png", digit(7)]));
    const expected = classifier.read(preprocessDigit(decodePng(digit(7), "7.png")));
    assert.equal([seven.is_digit, seven.reason], [expected.isDigit, expected.reason]);
    const none = await ask(formOf(fields, ["no.png", encodePng(scribble)]));
    assert.is(none.is_digit, false);
    assert.match(none.reason ?? "", /^it is unlike any digit that was learned, and least unlike a \d$/);
    const all = (await ask(
      formOf({ ...fields, all: "true" }, ["no.png", encodePng(scribble)]),
    )) as unknown as AllDigits;
    assert.ok(all.digits.length > 0 && all.digits.every(({ is_digit }) => is_digit === false));
    const unsaid = await ask(formOf({ model_type: "cnn" }, ["7.png", digit(7)]));
    assert.equal([unsaid.is_digit, unsaid.reason], [null, null]);
    const blank = await ask(formOf({ model_type: "cnn" }, ["blank.png", encodePng({ width: 9, height: 9, data: new Uint8Array(324).fill(255) })])); // biome-ignore format: one line
    assert.equal([blank.predicted_class, blank.is_digit, blank.reason], [null, false, "the picture is blank"]);
  } finally {
    await calibrated.close();
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
  [
    "all that is neither true nor false",
    () => formOf({ all: "every" }, ["7.png", digit(7)]),
    "/predict",
    400,
    /^all is "every"; it must be true or false\.$/,
  ],
  [
    "all in JSON that is no switch",
    () => JSON.stringify({ image: digit(7).toString("base64"), all: "true" }),
    "/predict/base64",
    400,
    /^all: must be true or false\.$/,
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
