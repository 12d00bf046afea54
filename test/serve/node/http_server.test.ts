// What comes over the wire, byte by byte: what Node's parser refuses, bodies of every kind, and connections that go on or end.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { deflateSync, gzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type RunningServer, startServer } from "../../../serve/index.ts";
import { type RawAnswer, RawClient } from "../../support/raw_client.ts";

const test = suite("http server");
let server: RunningServer;
/** Of a second in which requests must be there. */
let hasty: RunningServer;
const warnings: Error[] = [];
process.on("warning", (warning) => warnings.push(warning));

test.before(async () => {
  const options = { port: 0, logLevel: "silent", outputs: "no outputs here" } as const;
  server = await startServer(options);
  hasty = await startServer({ ...options, timeoutSeconds: 1 });
});
test.after(async () => {
  await server.close();
  await hasty.close();
});

const PICTURE = JSON.stringify({ image: readFileSync("docs/digits/7.png").toString("base64") });
const POST = ["POST /predict/base64 HTTP/1.1", "Host: x", "Content-Type: application/json"];
const GET = ["GET /models HTTP/1.1", "Host: x", "", ""];
const predict = (...headers: string[]) => [...POST, `Content-Length: ${PICTURE.length}`, ...headers, "", PICTURE];
const open = (of = server) => new RawClient(of.url);

function expectProblem(answer: RawAnswer | null, status: number, says: RegExp): void {
  assert.ok(answer, `no answer, but ${status} was expected`);
  const { headers, body } = answer;
  assert.is(answer.status, status, body);
  assert.is(headers["content-type"], "application/problem+json");
  assert.is(headers["x-content-type-options"], "nosniff");
  const problem = JSON.parse(body) as { status: number; error: string; detail: string };
  assert.is(problem.status, status);
  assert.match(problem.error, says);
  assert.is(problem.detail, problem.error);
}

/** After these lines there is a problem, and the connection ends. */
async function expectLast(lines: string[], status: number, says: RegExp, of = server): Promise<void> {
  const client = open(of).send(...lines);
  const answer = await client.answer();
  expectProblem(answer, status, says);
  assert.is(answer?.headers.connection, "close");
  assert.is(await client.end(), "");
  assert.is(client.error, null);
}

async function expectDigit(client: RawClient): Promise<RawAnswer> {
  const answer = await client.answer();
  assert.is(answer?.status, 200, answer?.body);
  assert.is((JSON.parse(answer?.body ?? "") as { predicted_class: number }).predicted_class, 7);
  return answer as RawAnswer;
}

test("what is no HTTP gets a problem, and the connection ends", async () => {
  await expectLast(["\u0016\u0003\u0001 a client of TLS", "", ""], 400, /not HTTP/);
  await expectLast(["GET / HTTP/9.9", "Host: x", "", ""], 400, /not HTTP/);
  await expectLast(["BREW / HTTP/1.1", "Host: x", "", ""], 400, /not HTTP/);
  await expectLast(["GET / HTTP/1.1", "Host: x", "no colon", "", ""], 400, /not HTTP/);
  await expectLast(["GET / HTTP/1.1", "Host: x", "A: b\u0000c", "", ""], 400, /not HTTP/);
  await expectLast(["CONNECT x:443 HTTP/1.1", "Host: x", "", ""], 405, /no proxy/);
});

test("a request needs the header Host in HTTP/1.1, a URL that is one, and not too many headers", async () => {
  await expectLast(["GET / HTTP/1.1", "", ""], 400, /no header Host/);
  await expectLast(["GET / HTTP/1.1", "Host: x", `A: ${"b".repeat(20_000)}`, "", ""], 431, /16 kB/);
  await expectLast([`GET /${"b".repeat(20_000)} HTTP/1.1`, "Host: x", "", ""], 431, /16 kB/);
  await expectLast(["GET / HTTP/1.1", "Host: x", ...Array(120).fill("A: b"), "", ""], 431, /121 headers/);
  for (const lines of [
    ["GET \\ HTTP/1.1", "Host: x"],
    ["GET / HTTP/1.1", "Host: a b"],
    ["OPTIONS * HTTP/1.1", "Host: x"],
  ]) {
    expectProblem(
      await open()
        .send(...lines, "", "")
        .answer(),
      400,
      /URL or the header Host|not HTTP/,
    );
  }
});

test("lengths that contradict each other or the body are refused", async () => {
  for (const lines of [
    ["Content-Length: 5", "Transfer-Encoding: chunked"],
    ["Content-Length: 5", "Content-Length: 6"],
    ["Content-Length: -5"],
    ["Content-Length: 5x"],
    ["Transfer-Encoding: chunked, identity"],
  ]) {
    await expectLast([...POST, ...lines, "", "hello"], 400, /not HTTP/);
  }
  // More than was announced is another request, and none.
  const client = open().send(...POST, `Content-Length: ${PICTURE.length}`, "", `${PICTURE}rest\r\n\r\n`);
  await expectDigit(client);
  expectProblem(await client.answer(), 400, /not HTTP/);
  assert.is(await client.end(), "");
});

test("a damaged chunk is a problem of its request", async () => {
  for (const chunk of ["zz", "5\r\nhelloworld", "-1", "FFFFFFFFFFFFFFFFF"]) {
    await expectLast([...POST, "Transfer-Encoding: chunked", "", chunk, "", ""], 400, /not HTTP/);
  }
  await expectLast([...POST, "Transfer-Encoding: chunked", "", `1;${"x".repeat(20_000)}`, "", ""], 413, /extensions/);
});

test("a body comes with its length, in chunks, or once it was asked for", async () => {
  const client = open();
  await expectDigit(client.send(...predict()));
  const hex = PICTURE.length.toString(16);
  await expectDigit(client.send(...POST, "Transfer-Encoding: chunked", "", hex, PICTURE, "0", "", ""));
  client.send(...POST, `Content-Length: ${PICTURE.length}`, "Expect: 100-continue", "", "");
  assert.is((await client.answer())?.status, 100);
  await expectDigit(client.send(PICTURE));
  client.send(...POST, "Content-Length: 0", "", "");
  expectProblem(await client.answer(), 400, /body is empty/);
  client.send(...GET);
  assert.is((await client.answer())?.body, '["linear","cnn"]');
  client.socket.destroy();
});

test("a body that is too large is refused before it is sent, and while it is sent", async () => {
  const large = 2 ** 20 + 1;
  const waiting = open().send(...POST, `Content-Length: ${large}`, "Expect: 100-continue", "", "");
  expectProblem(await waiting.answer(), 413, /1048576 bytes/);
  assert.is(await waiting.end(), "");
  // A client that sends all, and only then reads: 4 MiB are more than the system's buffers hold.
  const body = "x".repeat(2 ** 22);
  await expectLast([...POST, `Content-Length: ${body.length}`, "", body], 413, /1048576 bytes/);
  await expectLast([...POST, "Transfer-Encoding: chunked", "", body.length.toString(16), body], 413, /1048576 bytes/);
});

test("a body in pieces of a byte is given up", async () => {
  await expectLast([...POST, "Transfer-Encoding: chunked", "", "1\r\nx\r\n".repeat(5000)], 400, /pieces of 1 bytes/);
});

test("an answer that did not need the body leaves the connection usable", async () => {
  const client = open();
  client.send("POST /nowhere HTTP/1.1", "Host: x", "Content-Length: 300000", "", "x".repeat(1000));
  expectProblem(await client.answer(), 404, /nothing is at/);
  client.send("x".repeat(299_000));
  await expectDigit(client.send(...predict()));
  client.socket.destroy();
  await expectLast(["POST /nowhere HTTP/1.1", "Host: x", "Transfer-Encoding: chunked", "", "5", "hel"], 404, /nothing/);
});

test("pipelined requests are answered in their order, also before one that is none", async () => {
  const client = open()
    .send(...predict(), "")
    .send(...GET)
    .send(...predict())
    .send("nonsense\r\n\r\n");
  await expectDigit(client);
  assert.is((await client.answer())?.body, '["linear","cnn"]');
  await expectDigit(client);
  expectProblem(await client.answer(), 400, /not HTTP/);
  assert.is(await client.end(), "");
});

test("HTTP/1.0 is answered, and its connection ends; an Upgrade is declined by an ordinary answer", async () => {
  const old = open().send("GET /models HTTP/1.0", "", "");
  assert.is((await old.answer())?.body, '["linear","cnn"]');
  assert.is(await old.end(), "");
  const upgrade = open().send(
    ...predict("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQCAAAA"),
  );
  await expectDigit(upgrade);
  upgrade.socket.destroy();
  const socket = open().send("GET /models HTTP/1.1", "Host: x", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13", "", ""); // biome-ignore format: one line
  assert.is((await socket.answer())?.status, 200);
  socket.socket.destroy();
});

test("of an expectation other than 100-continue nothing is known", () =>
  expectLast(["GET / HTTP/1.1", "Host: x", "Expect: miracles", "", ""], 417, /100-continue/));

test("slow headers and slow bodies end with 408 within the time that requests have", async () => {
  const started = performance.now();
  const slow = (lines: string[], drip: string) => {
    const client = open(hasty).send(...lines);
    const timer = setInterval(() => client.socket.write(drip), 100);
    client.socket.on("close", () => clearInterval(timer));
    return client.answer().finally(() => clearInterval(timer));
  };
  const answers = await Promise.all([
    slow(["GET / HTTP/1.1", "Host: x", "A: "], "a"),
    slow([...POST, "Content-Length: 1000", "", ""], "x"),
    slow([...POST, "Transfer-Encoding: chunked", "", ""], "1\r\nx\r\n"),
  ]);
  for (const answer of answers) {
    expectProblem(answer, 408, /within 1 s/);
    assert.is(answer?.headers.connection, "close");
  }
  assert.ok(performance.now() - started < 10_000);
  // A connection that nobody used ends without a word.
  const idle = open(hasty);
  assert.is(await idle.end(), "");
});

test("a client that leaves within its body, or closes half of its socket, disturbs nobody", async () => {
  for (let i = 0; i < 20; i++) {
    const client = open().send(...POST, "Content-Length: 100000", "", "x".repeat(i * 1000));
    await new Promise((resolve) => client.socket.once("connect", resolve));
    if (i % 3 === 0) client.socket.resetAndDestroy();
    else if (i % 3 === 1) client.socket.destroy();
    else {
      client.socket.end();
      expectProblem(await client.answer(), 400, /ended within the request/);
    }
  }
  const client = open();
  await expectDigit(client.send(...predict()));
  client.socket.destroy();
});

test("a server on every address of IPv6 tells clients of IPv4 apart", async () => {
  const both = await startServer({ port: 0, host: "::", logLevel: "silent", outputs: "no outputs here", rateLimit: 1 });
  const statusFrom = (localAddress: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const { port } = new URL(both.url);
      request({ host: "127.0.0.1", port, path: "/models", localAddress }, (answer) => {
        answer.resume().on("end", () => resolve(answer.statusCode));
      })
        .on("error", reject)
        .end();
    });
  try {
    assert.is(await statusFrom("127.0.0.2"), 200);
    assert.is(await statusFrom("127.0.0.3"), 200);
    assert.is(await statusFrom("127.0.0.2"), 429);
  } finally {
    await both.close();
  }
});

/** Asks again and again. @throws no answer had this status within ten seconds */
async function until(ask: () => Promise<RawAnswer | null>, status: number): Promise<RawAnswer> {
  for (const startedMs = performance.now(); performance.now() - startedMs < 10_000; ) {
    const answer = await ask();
    if (answer?.status === status) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`no answer had status ${status}`);
}

const COMPRESSED = ["POST /predict/base64 HTTP/1.1", "Host: x", "Content-Encoding: gzip"];

test("a compressed body is read; one that is damaged, or ends early, is a problem", async () => {
  for (const [encoding, bytes] of [
    ["gzip", gzipSync(PICTURE)],
    ["deflate", deflateSync(PICTURE)],
  ] as const) {
    const send = (body: Uint8Array<ArrayBuffer>) =>
      fetch(`${server.url}/predict/base64`, { method: "POST", body, headers: { "content-encoding": encoding } });
    assert.is((await send(bytes)).status, 200, encoding);
    for (const wrong of [bytes.subarray(0, -9), Buffer.from("not compressed"), Buffer.alloc(0)]) {
      const answer = await send(wrong);
      assert.is(answer.status, 400, encoding);
      assert.match(await answer.text(), /not what its Content-Encoding says/);
    }
    assert.is((await send(gzipSync(Buffer.alloc(2 ** 21)))).status, encoding === "gzip" ? 413 : 400);
  }
});

test("bodies have a limit all together, as they came and decompressed; what they held is free when they are gone", async () => {
  const large = await startServer({ port: 0, logLevel: "silent", outputs: "no outputs here", maxBodyBytes: 2 ** 24 });
  const zeros = gzipSync(Buffer.alloc(2 ** 23));
  let holders: RawClient[] = [];
  const compressed = () => {
    const client = open(large).send(...COMPRESSED, `Content-Length: ${zeros.length}`, "", "");
    client.socket.write(zeros);
    return client.answer();
  };
  try {
    // Of 64 MiB four clients hold 60, and their bodies do not end.
    const body = Buffer.alloc(15 * 2 ** 20);
    holders = Array.from({ length: 4 }, () => {
      const client = open(large).send(...POST, `Content-Length: ${2 ** 24}`, "", "");
      client.socket.write(body);
      return client;
    });
    const refused = await until(compressed, 503);
    assert.is(refused.headers["retry-after"], "1");
    assert.match(refused.body, /bodies of other requests/);
    const client = open(large).send(...POST, `Content-Length: ${body.length}`, "", "");
    client.socket.write(body);
    expectProblem(await client.answer(), 503, /bodies of other requests/);
    for (const { socket } of holders) socket.destroy();
    // Zeros are no JSON: they were read.
    await until(compressed, 400);
  } finally {
    for (const { socket } of holders) socket.destroy();
    await large.close();
  }
});

test("beyond the limit of connections further ones are closed, and those that are there go on", async () => {
  const other = await startServer({ port: 0, logLevel: "silent", outputs: "no outputs here" });
  const port = Number(new URL(other.url).port);
  const first = open(other);
  const sockets: Socket[] = [first.socket];
  const ask = async () => {
    const client = open(other).send(...GET);
    const answer = await client.answer();
    client.socket.destroy();
    return answer;
  };
  try {
    assert.is((await first.send(...GET).answer())?.status, 200);
    while (sockets.length < 1024) sockets.push(connect(port, "127.0.0.1"));
    await Promise.all(sockets.slice(1).map((socket) => once(socket, "connect")));
    assert.is(await ask(), null);
    assert.is((await first.send(...GET).answer())?.status, 200);
    for (const socket of sockets) socket.destroy();
    await until(ask, 200);
  } finally {
    for (const socket of sockets) socket.destroy();
    await other.close();
  }
});

test("a thousand requests over one connection leave no listeners behind", async () => {
  const client = open();
  for (let i = 0; i < 500; i++) {
    client.send(...GET);
    assert.is((await client.answer())?.status, 200);
    if (i % 50 === 0) await expectDigit(client.send(...predict()));
  }
  client.socket.destroy();
  assert.equal(warnings, []);
});

test.run();
