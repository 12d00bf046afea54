// compose.yaml by Debian's docker-compose, and what it starts without Docker: `mnist serve` several times behind a real
// nginx with the very configuration that compose mounts. Containers are addresses of the loopback network, 127.0.0.2 and
// on, and Docker's name server is NameServer.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, type IncomingHttpHeaders } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "yaml";
import { clientAddress } from "../../../serve/http/client_address.ts";
import { read } from "../../support/sources.ts";
import { NameServer } from "./name_server.ts";

const test = suite("compose without Docker");

const ADDRESSES = ["127.0.0.2", "127.0.0.3", "127.0.0.4"];
/** Debian's nobody: nginx needs no more, as compose.yaml gives it no more. */
const NOBODY = 65_534;
/** nginx keeps a name for two seconds, `valid=2s`, counted by whole ones: up to three. */
const FORGOTTEN_MS = 3100;
const MOST_WAITING_MS = 60_000;
const DIGIT = readFileSync("docs/digits/7.png");

const folder = mkdtempSync(join(tmpdir(), "simdgrad-proxy-"));
const names = new NameServer(ADDRESSES.slice(0, 2));
const servers = new Map<string, ChildProcess>();
const { command } = parse(read("compose.yaml"), { merge: true }).services.api as { command: string[] };
let nginx: ChildProcess;
let port = 0;
let url = "";

test.before(async () => {
  port = await freePort(ADDRESSES[0]);
  const outer = await freePort("127.0.0.1");
  url = `http://127.0.0.1:${outer}`;
  writeFileSync(join(folder, "nginx.conf"), locally(read("deploy/nginx/nginx.conf"), outer, await names.listen()));
  const [log, errors] = ["access.log", "error.log"].map((name) => openSync(join(folder, name), "a"));
  for (const path of [folder, join(folder, "access.log")]) chownSync(path, NOBODY, NOBODY);
  const args = ["-e", "stderr", "-c", join(folder, "nginx.conf"), "-g", "daemon off;"];
  nginx = spawn("nginx", args, { stdio: ["ignore", log, errors], uid: NOBODY, gid: NOBODY });
  nginx.on("error", () => console.error("There is no nginx here. It needs: apt-get install -y nginx-light"));
  await Promise.all(ADDRESSES.map(start));
  await until(async () => (await fetch(`${url}/v2/health/ready`)).ok).catch((error) => {
    throw new Error(`${error.message}; nginx says: ${readFileSync(join(folder, "error.log"), "utf8")}`);
  });
});
test.after(async () => {
  // Its workers end with it, which they would not if it were killed.
  nginx?.kill("SIGTERM");
  if (nginx?.exitCode === null) await once(nginx, "exit");
  for (const server of servers.values()) server.kill("SIGKILL");
  names.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What differs here: where names are asked for, the ports, and the one folder that is written to. */
function locally(conf: string, outer: number, nameServer: number): string {
  const changes = [
    ["resolver 127.0.0.11 ", `resolver 127.0.0.1:${nameServer} `],
    ["listen 8080;", `listen 127.0.0.1:${outer};`],
    ["http://api:8000;", `http://api:${port};`],
    ["/tmp/", `${folder}/`],
  ];
  return changes.reduce((text, [from, to]) => {
    assert.ok(text.includes(from), from);
    return text.replaceAll(from, to);
  }, conf);
}

async function freePort(host: string): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, host, resolve));
  const { port: free } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return free;
}

/** compose.yaml's command, at one address. */
async function start(address: string): Promise<void> {
  const changes: Record<string, string> = { "0.0.0.0": address, "8000": String(port), "9464": "0" };
  const args = command.map((word) => changes[word] ?? word);
  const program = ["--import", import.meta.resolve("tsx"), "cli/main.ts", ...args, "--runs", folder];
  const server = spawn(process.execPath, program, { stdio: "ignore" });
  servers.set(address, server);
  await until(async () => (await fetch(`http://${address}:${port}/v2/health/ready`)).ok);
}

async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  for (const end = Date.now() + MOST_WAITING_MS; ; await setTimeout(50)) {
    if (await Promise.resolve(isSo()).catch(() => false)) return;
    if (Date.now() > end) throw new Error(`waited in vain: ${isSo}`);
  }
}

async function predict(): Promise<number | string> {
  const form = new FormData();
  form.append("file", new Blob([DIGIT]), "7.png");
  form.append("model_type", "linear");
  const answer = await fetch(`${url}/predict`, { method: "POST", body: form });
  if (answer.status !== 200) return `${answer.status} ${await answer.text()}`;
  return (await answer.json()).predicted_class;
}

/** So many predictions, eight at a time, and what is done in their midst; whatever was not answered with 7. */
async function lostOf(count: number, inTheMidst: () => void = () => {}): Promise<(number | string)[]> {
  const lost: (number | string)[] = [];
  let started = 0;
  const client = async (): Promise<void> => {
    while (started < count) {
      started++;
      if (started === Math.floor(count / 4)) inTheMidst();
      const answer = await predict().catch(String);
      if (answer !== 7) lost.push(answer);
    }
  };
  await Promise.all(Array.from({ length: 8 }, client));
  return lost;
}

interface LogLine {
  path: string;
  status: number;
  /** As in "127.0.0.2:8000", or several with commas between where it was tried again. */
  upstream: string;
  upstream_status: string;
}

/** What nginx logged while `work` was done. */
async function logOf(work: () => Promise<void>): Promise<LogLine[]> {
  const path = join(folder, "access.log");
  const before = readFileSync(path).length;
  await work();
  await setTimeout(100);
  const lines = readFileSync(path).subarray(before).toString().trim().split("\n");
  return lines.map((line) => JSON.parse(line));
}

const hostsOf = (lines: readonly LogLine[]): string[] =>
  [...new Set(lines.flatMap(({ upstream }) => upstream.split(/, /)).map((each) => each.split(":")[0]))].sort();

test("docker-compose takes compose.yaml, in every profile", () => {
  for (const profiles of [[], ["--profile", "training"], ["--profile", "monitoring"]]) {
    const { status, stderr, error } = spawnSync("docker-compose", [...profiles, "config", "-q"], { encoding: "utf8" });
    assert.is(error, undefined, "There is no docker-compose here. It needs: apt-get install -y docker-compose");
    assert.is(status, 0, stderr);
    assert.is(stderr, "");
  }
});

test("nginx shares requests among all containers that the name server knows, and finds a new one", async () => {
  const before = await logOf(async () => assert.equal(await lostOf(60), []));
  assert.equal(hostsOf(before), ADDRESSES.slice(0, 2));
  names.addresses = ADDRESSES;
  await setTimeout(FORGOTTEN_MS);
  const after = await logOf(async () => assert.equal(await lostOf(90), []));
  assert.equal(hostsOf(after), ADDRESSES);
});

test("a container that is killed in the midst of requests costs none of them", async () => {
  const victim = servers.get(ADDRESSES[1]);
  const lines = await logOf(async () => assert.equal(await lostOf(400, () => victim?.kill("SIGKILL")), []));
  const again = lines.filter(({ upstream }) => upstream.includes(","));
  console.log(`measured: of 400 requests ${again.length} went to a second container, none was lost`);
  assert.ok(again.length > 0);
  assert.ok(again.every(({ upstream, status }) => upstream.startsWith(ADDRESSES[1]) && status === 200));
});

test("neither does one that is stopped, which answers what it has", async () => {
  const stopped = servers.get(ADDRESSES[2]) as ChildProcess;
  const ended = new Promise((resolve) => stopped.on("close", (...how) => resolve(how)));
  assert.equal(await lostOf(400, () => stopped.kill("SIGTERM")), []);
  assert.equal(await ended, [0, null]);
});

test("one that comes back is used again", async () => {
  await start(ADDRESSES[1]);
  const lines = await logOf(async () => assert.equal(await lostOf(60), []));
  assert.ok(lines.some(({ upstream }) => upstream === `${ADDRESSES[1]}:${port}`));
});

test("the last address that it adds is its client's, whatever the client says", async () => {
  const address = "127.0.0.5";
  const heard: IncomingHttpHeaders[] = [];
  const listener = createHttpServer(({ headers }, answer) => {
    heard.push(headers);
    answer.end("{}");
  });
  await new Promise<void>((resolve) => listener.listen(port, address, resolve));
  names.addresses = [address];
  await until(async () => {
    await fetch(`${url}/models`, { headers: { "x-forwarded-for": "203.0.113.9" } });
    return heard.length > 0;
  });
  assert.is(heard[0]["x-forwarded-for"], "203.0.113.9, 127.0.0.1");
  assert.is(clientAddress("127.0.0.1", String(heard[0]["x-forwarded-for"]), 1), "127.0.0.1");
  listener.close();
  names.addresses = ADDRESSES.slice(0, 2);
  await setTimeout(FORGOTTEN_MS);
});

test("what nginx refuses itself it says in the form of the server's errors", async () => {
  const large = await fetch(`${url}/predict`, { method: "POST", body: Buffer.alloc(3 << 20) });
  const medium = await fetch(`${url}/predict`, { method: "POST", body: Buffer.alloc(1.5 * 2 ** 20) });
  const metrics = await fetch(`${url}/metrics`);
  for (const [answer, status] of [
    [large, 413],
    [medium, 413],
    [metrics, 404],
  ] as const) {
    assert.is(answer.status, status);
    assert.match(answer.headers.get("content-type") ?? "", /^application\/problem\+json/);
    assert.type((await answer.json()).error, "string");
  }
});

test("with every container gone it says 503, and when to ask again", async () => {
  for (const server of servers.values()) server.kill("SIGKILL");
  const answer = await fetch(`${url}/models`);
  assert.is(answer.status, 503);
  assert.is(answer.headers.get("retry-after"), "1");
  assert.match(answer.headers.get("content-type") ?? "", /^application\/problem\+json/);
  assert.type((await answer.json()).error, "string");
});

test.run();
