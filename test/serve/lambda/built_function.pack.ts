// What `npm run build:lambda` makes, run as Lambda runs it: a process on the Runtime API. By the releases of Node that Lambda
// has: test/serve/lambda/node_versions.interop.ts.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type RunningServer, startServer } from "../../../serve/index.ts";
import type { GatewayResult } from "../../../serve/lambda/gateway_result.ts";
import { FunctionProcess } from "./function_process.ts";
import { type Asked, functionUrlEvent, loadBalancerEvent, restEvent } from "./gateway_events.ts";
import { pictureForm } from "./picture_form.ts";
import type { Ended } from "./runtime_emulator.ts";

const test = suite("built_function");
const top = mkdtempSync(join(tmpdir(), "simdgrad-lambda-"));
process.on("exit", () => rmSync(top, { recursive: true, force: true }));
const folder = join(top, "function");
let server: RunningServer;

const build = (to: string, ...more: string[]): string =>
  execFileSync(process.execPath, ["scripts/build_lambda.mjs", "--to", to, ...more], { encoding: "utf8" });

test.before(async () => {
  build(folder);
  server = await startServer({ port: 0, logLevel: "silent", outputs: "no outputs here" });
});
test.after(() => server.close());

const digit = (n: number): Buffer => readFileSync(`docs/digits/${n}.png`);
const NODE = Number(process.versions.node.split(".")[0]);
const QUIET = { MNIST_LOG_LEVEL: "silent" };

function resultOf(ended: Ended): GatewayResult {
  if ("result" in ended) return ended.result as GatewayResult;
  throw new Error(`no result: ${JSON.stringify(ended)}`);
}

function steady(body: string): unknown {
  const { latency_ms, request_id, ...rest } = JSON.parse(body) as Record<string, unknown>;
  return rest;
}

async function fromNode({ method, path, query, headers, body }: Asked): Promise<[status: number, body: unknown]> {
  const response = await fetch(`${server.url}${path}${query ? `?${query}` : ""}`, {
    method,
    headers,
    body: body as string,
  });
  return [response.status, steady(await response.text())];
}

const TENSOR = Float32Array.from({ length: 784 }, (_, i) => (i % 9) / 3 - 0.4);
const INPUT = { name: "images", shape: [1, 1, 28, 28], datatype: "FP32" };
const BINARY_HEAD = JSON.stringify({
  id: "1",
  inputs: [{ ...INPUT, parameters: { binary_data_size: TENSOR.byteLength } }],
});

const REQUESTS: Asked[] = [
  pictureForm({ model_type: "cnn" }, readFileSync("test/fixtures/jpeg/grey.jpg")),
  {
    ...{ method: "POST", path: "/v2/models/cnn/infer", headers: { "content-type": "application/json" } },
    body: JSON.stringify({ id: "1", inputs: [{ ...INPUT, data: [...TENSOR] }], outputs: [{ name: "probabilities" }] }),
  },
  {
    ...{ method: "POST", path: "/v2/models/linear/infer" },
    headers: {
      "content-type": "application/octet-stream",
      "inference-header-content-length": String(BINARY_HEAD.length),
    },
    body: Buffer.concat([Buffer.from(BINARY_HEAD), Buffer.from(TENSOR.buffer)]),
  },
  {
    method: "POST",
    path: "/v2/repository/index",
    headers: { "content-type": "application/json" },
    body: '{"ready":true}',
  },
  { path: "/v2/models/cnn" },
  pictureForm({ model_type: "cnn" }, digit(7)),
  pictureForm({ model_type: "linear" }, digit(2)),
  {
    ...{ method: "POST", path: "/predict/base64", headers: { "content-type": "application/json" } },
    body: JSON.stringify({ image: `data:image/png;base64,${digit(5).toString("base64")}` }),
  },
  { path: "/" },
  { path: "/models" },
  { path: "/model/cnn/info" },
  { path: "/model/none/info" },
  { path: "/nothing" },
  pictureForm({}, digit(7).subarray(0, 99)),
];

test("the zip is at most 3 MB, and without V8's cache the same from one build to the next", () => {
  assert.ok(statSync(`${folder}.zip`).size <= 3e6);
  const zips = ["first", "second"].map((name) => {
    build(join(top, name), "--no-cache");
    return readFileSync(join(top, `${name}.zip`));
  });
  assert.ok(zips[0].equals(zips[1]));
});

test("every format of event gets the answers of the Node server, to the bit", async () => {
  await FunctionProcess.with(folder, { env: QUIET }, async (running) => {
    for (const asked of REQUESTS) {
      const [status, body] = await fromNode(asked);
      for (const make of [functionUrlEvent, restEvent, loadBalancerEvent] as ((asked: Asked) => unknown)[]) {
        const { statusCode, body: text } = resultOf(await running.invoke(make(asked)));
        assert.is(statusCode, status, text);
        assert.equal(steady(text), body);
      }
    }
    assert.is(await running.stop(), 0);
    assert.is(running.output, "");
  });
});

test("what goes out in binary comes back as the same bytes", async () => {
  const head = JSON.stringify({ ...JSON.parse(BINARY_HEAD), parameters: { binary_data_output: true } });
  const asked: Asked = {
    ...{ method: "POST", path: "/v2/models/cnn/infer" },
    headers: { "content-type": "application/octet-stream", "inference-header-content-length": String(head.length) },
    body: Buffer.concat([Buffer.from(head), Buffer.from(TENSOR.buffer)]),
  };
  const { headers, body } = asked;
  const response = await fetch(`${server.url}${asked.path}`, { method: "POST", headers, body: body as BodyInit });
  const expected = Buffer.from(await response.arrayBuffer());
  await FunctionProcess.with(folder, { env: QUIET }, async (running) => {
    const result = resultOf(await running.invoke(functionUrlEvent(asked)));
    assert.is(result.statusCode, 200);
    assert.ok(result.isBase64Encoded);
    const length = "inference-header-content-length";
    assert.is(result.headers?.[length], response.headers.get(length));
    assert.ok(Buffer.from(result.body, "base64").equals(expected));
  });
});

test("a function that does not load is reported to Lambda, and its process ends", async () => {
  writeFileSync(join(folder, "broken.mjs"), 'throw new TypeError("no weights");');
  writeFileSync(join(folder, "empty.mjs"), "export const other = 1;");
  const cases: [env: NodeJS.ProcessEnv, type: string, message: RegExp][] = [
    [{ _HANDLER: "broken.handler" }, "TypeError", /^no weights$/],
    [{ _HANDLER: "empty.handler" }, "RuntimeError", /empty\.mjs exports no function handler/],
    [{ _HANDLER: "missing.handler" }, "Error", /Cannot find module .*missing\.mjs/],
    [{ MNIST_LOG_LEVEL: "loud" }, "OptionError", /logLevel/],
    [{ MNIST_TIMEOUT: "soon" }, "OptionError", /MNIST_TIMEOUT must be a number; got soon/],
  ];
  for (const [env, type, message] of cases) {
    await FunctionProcess.with(folder, { env }, async (running) => {
      const [code] = await running.ended;
      assert.is(code, 1);
      const [{ errorType, errorMessage, stackTrace }, ...more] = running.emulator.initErrors;
      assert.is(more.length, 0);
      assert.is(errorType, type);
      assert.match(errorMessage, message);
      assert.ok(stackTrace.length > 0);
    });
  }
});

test("an invocation of something else is an error, and the next request is answered", async () => {
  await FunctionProcess.with(folder, { env: QUIET }, async (running) => {
    const ended = await running.invoke({ Records: [{ s3: {} }] });
    assert.match(
      "error" in ended ? ended.error.errorMessage : "",
      /the event is no HTTP request; its fields are Records/,
    );
    assert.is(resultOf(await running.invoke(functionUrlEvent({ path: "/models" }))).statusCode, 200);
  });
});

test("a thousand invocations leave no more memory taken than a hundred did, and one connection", async () => {
  await FunctionProcess.with(folder, { env: QUIET, flags: ["--max-semi-space-size=1"] }, async (running) => {
    const events = REQUESTS.map((asked) => functionUrlEvent(asked));
    const residentBytes = (): number =>
      Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${running.child.pid}/status`, "utf8"))?.[1]) * 1024;
    const invoke = async (times: number): Promise<number> => {
      for (let i = 0; i < times; i++) await running.invoke(events[i % events.length]);
      return residentBytes();
    };
    await invoke(300);
    const before = await invoke(100);
    const after = await invoke(900);
    assert.ok(after < before * 1.1, `${before} bytes after 400 invocations, ${after} after 1300`);
    assert.is(running.emulator.connections, 1);
  });
});

test("a first answer is reached without Node's fetch and HTTP/2, which would take longer than all the rest", async () => {
  const program = `
    const { handler } = await import(${JSON.stringify(`file://${folder}/index.mjs`)});
    const context = { awsRequestId: "r", getRemainingTimeInMillis: () => 9000 };
    const { statusCode } = await handler(${JSON.stringify(functionUrlEvent(REQUESTS[0]))}, context);
    const loaded = process.moduleLoadList.filter((name) => /undici|NativeModule http2$/.test(name));
    console.log(JSON.stringify({ statusCode, loaded }));
    process.exit();`;
  const output = execFileSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
    env: { PATH: process.env.PATH, ...QUIET },
  });
  assert.equal(JSON.parse(output), { statusCode: 200, loaded: [] });
});

test("V8 takes the cache, and a damaged or foreign one costs nothing but time", async () => {
  const cache = join(folder, `function.${process.arch}.cache`);
  const good = readFileSync(cache);
  const isTaken = (): unknown => {
    const program = `const { codeCache } = await import(${JSON.stringify(`file://${folder}/index.mjs`)}); console.log(codeCache.isTaken); process.exit();`;
    return execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" }).trim();
  };
  // Node 20 has relaxed SIMD behind a flag, which the function sets; the cache is then another's.
  assert.is(isTaken(), String(NODE >= 22));
  try {
    for (const damaged of [good.subarray(0, 1000), Buffer.alloc(good.length), Buffer.from(""), foreign(good)]) {
      writeFileSync(cache, damaged);
      assert.is(isTaken(), "false");
    }
    rmSync(cache);
    assert.is(isTaken(), "false");
  } finally {
    writeFileSync(cache, good);
  }
});

/** Of another version of V8: the second word is its number's hash. */
function foreign(cache: Buffer): Buffer {
  const other = Buffer.from(cache);
  other.writeUInt32LE(other.readUInt32LE(4) ^ 1, 4);
  return other;
}

test("told to stop, the function answers what it has begun, and ends with 0", async () => {
  for (const asked of [null, REQUESTS[0]]) {
    await FunctionProcess.with(folder, { env: QUIET }, async (running) => {
      await running.invoke(functionUrlEvent({ path: "/models" }));
      const begun = asked === null ? null : running.emulator.invoke(functionUrlEvent(asked));
      const handedOver = (): number => running.emulator.log.filter((line) => line.startsWith("GET")).length;
      while (asked !== null && handedOver() < 2) await new Promise((resolve) => setTimeout(resolve, 1));
      assert.is(await running.stop(), 0);
      if (begun) assert.is(resultOf(await begun).statusCode, 200);
    });
  }
});

test("the log says what failed as JSON, a line each, and nothing else is printed", async () => {
  await FunctionProcess.with(folder, {}, async (running) => {
    for (const asked of REQUESTS) await running.invoke(functionUrlEvent(asked));
    await running.stop();
    for (const line of running.output.split("\n").filter(Boolean))
      assert.match(JSON.parse(line).level, /^(info|warn|error)$/);
  });
});

test.run();
