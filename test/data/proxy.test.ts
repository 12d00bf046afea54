import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { download } from "../../data/download.node.ts";
import { DownloadError } from "../../data/download_error.ts";
import { environmentProxy } from "../../data/proxy.node.ts";
import { startMirror } from "../support/mirror.ts";

const test = suite("proxy");
/** A host that no network knows: what reaches it went through the proxy. */
const MIRROR = "http://mirror.invalid/mnist";
const CONTENT = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i) >> 5);
const canUse = process.allowedNodeEnvironmentFlags.has("--use-env-proxy");
const VARIABLES = ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];
const before = Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]));
test.before.each(() => {
  for (const name of VARIABLES) delete process.env[name];
});
test.after(() => {
  for (const [name, value] of Object.entries(before)) if (value !== undefined) process.env[name] = value;
});

/** A proxy that takes every host for the server at `url`; it names what was asked of it. */
async function startProxy(url: string): Promise<{ url: string; hosts: string[]; close(): Promise<void> }> {
  const { hostname, port } = new URL(url);
  const hosts: string[] = [];
  const server = createServer((asked, response) => {
    const { host, pathname } = new URL(asked.url ?? "");
    hosts.push(host);
    asked.pipe(
      request({ host: hostname, port, path: pathname, headers: asked.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      }),
    );
  });
  server.on("connect", (asked, socket) => {
    hosts.push(String(asked.url).replace(/:80$/, ""));
    const tunnel = connect(Number(port), hostname, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      socket.pipe(tunnel).pipe(socket);
    });
    for (const each of [socket, tunnel]) each.on("error", () => each.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hosts,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function downloaded(folder: string): Promise<string | DownloadError> {
  try {
    return await download({
      ...{ fileName: "a.gz", folder, mirrors: [MIRROR], maxBytes: 200_000, answerTimeoutMs: 10_000, timeoutMs: 10_000 },
      accept: (bytes) => (Buffer.compare(bytes, CONTENT) === 0 ? "whole" : "damaged"),
    });
  } catch (error) {
    assert.instance(error, DownloadError);
    return error as DownloadError;
  }
}

if (canUse) {
  test("a file is downloaded by way of the proxy that the environment names, continued where it broke", async () => {
    const folder = mkdtempSync(join(tmpdir(), "simdgrad-proxy-"));
    const mirror = await startMirror({ "a.gz": CONTENT }, { cutAfter: 60_000 });
    const proxy = await startProxy(mirror.url);
    try {
      process.env.HTTP_PROXY = proxy.url;
      assert.is(await downloaded(folder), "whole");
      assert.equal([...new Set(proxy.hosts)], ["mirror.invalid"]);
      assert.match(mirror.requests[1], /^a\.gz from \d+$/);
      assert.equal(readdirSync(folder), ["a.gz"]);
    } finally {
      await proxy.close();
      await mirror.close();
      rmSync(folder, { recursive: true });
    }
  });

  test("a proxy that refuses is named by its variable", async () => {
    const closed = await startMirror({});
    await closed.close();
    // As curl takes it: without its scheme.
    process.env.HTTP_PROXY = new URL(closed.url).host;
    const error = (await downloaded(join(tmpdir(), "simdgrad-no-proxy"))) as DownloadError;
    assert.match(error.summary, /^mirror\.invalid: connection refused .*, by way of the proxy in HTTP_PROXY$/);
  });
} else {
  test("where this Node cannot use the proxy, the error names its variable, and which Node can", async () => {
    process.env.HTTP_PROXY = "http://127.0.0.1:1";
    const error = (await downloaded(join(tmpdir(), "simdgrad-no-proxy"))) as DownloadError;
    assert.match(
      error.message,
      /HTTP_PROXY names a proxy, which Node 2\d[.\d]+ cannot use; Node 22\.21, or 24 and later, can\.$/,
    );
    assert.match(error.summary, /; HTTP_PROXY names a proxy, .* later, can$/);
  });
}

test("NO_PROXY excepts hosts, their domains, a port, or all; this machine is always excepted", () => {
  const isProxied = (url: string, no_proxy: string): boolean =>
    environmentProxy(url, { https_proxy: "http://proxy:3128", no_proxy }) !== null;
  for (const list of [
    "example.org",
    ".example.org",
    "*.example.org",
    "a.b, data.example.org",
    "*",
    "example.org:443",
  ]) {
    const url = list.endsWith(":443") ? "https://data.example.org:8443/mnist" : "https://data.example.org/mnist";
    assert.is(isProxied(url, list), list.endsWith(":443"), list);
  }
  assert.ok(isProxied("https://data.example.org/mnist", "ample.org, other.org"));
  assert.not.ok(isProxied("https://data.example.org:8443/mnist", "example.org:8443"));
  for (const host of ["localhost:8080", "127.0.0.1", "[::1]:1"]) assert.not.ok(isProxied(`https://${host}/mnist`, ""));
});

test("each scheme has its variable, the lower-case one first; an empty one names none", () => {
  const named = (url: string, env: NodeJS.ProcessEnv): string | undefined => environmentProxy(url, env)?.variable;
  const both = { HTTP_PROXY: "http://a", https_proxy: "http://b", HTTPS_PROXY: "http://c" };
  assert.is(named("https://example.org", both), "https_proxy");
  assert.is(named("http://example.org", both), "HTTP_PROXY");
  assert.is(named("https://example.org", { HTTP_PROXY: "http://a", HTTPS_PROXY: "" }), undefined);
  assert.is(named("no URL", both), undefined);
});

test("a Node that was told to use the proxy needs no help", () => {
  const isInUse = (env: NodeJS.ProcessEnv): boolean | undefined =>
    environmentProxy("https://example.org", { HTTPS_PROXY: "http://proxy", ...env })?.isInUse;
  assert.is(isInUse({}), false);
  assert.is(isInUse({ NODE_USE_ENV_PROXY: "1" }), canUse);
  assert.is(isInUse({ NODE_OPTIONS: "--no-warnings --use-env-proxy" }), canUse);
});

test("a proxy's address may lack its scheme, and have a login; of another kind than http it is refused by name", () => {
  const of = (value: string) => environmentProxy("https://example.org", { HTTPS_PROXY: value });
  assert.is(of("proxy:3128")?.url, "http://proxy:3128");
  assert.is(of("http://me:secret@proxy:3128/")?.url, "http://me:secret@proxy:3128");
  assert.match(of("socks5://proxy:1080")?.problem ?? "", canUse ? "of the kind socks5://" : "which Node 2");
  assert.match(of("not a proxy")?.problem ?? "", "HTTPS_PROXY is not the address of a proxy");
});

test.run();
