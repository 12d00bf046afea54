// nodeRequest: the URL and the headers of what Node's HTTP server was sent, beside what a browser's URL and Headers make of it.

import type { IncomingMessage } from "node:http";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Problem } from "../../../serve/http/problem.ts";
import { nodeRequest } from "../../../serve/node/node_request.ts";

const test = suite("node request");

function requestOf(url: string, host: string | null = "x:8000", rawHeaders: string[] = []) {
  return nodeRequest({
    method: "GET",
    url,
    headers: { host: host ?? undefined },
    rawHeaders,
  } as unknown as IncomingMessage);
}

test("the URL is that of host and target, as URL has it", () => {
  const targets = ["/", "/a/b?c=d&e", "/a%20b", "/%2e%2e/a", "/a/../b", "/a/./b", "/a/..", "/.well-known/x", "/..a", "//y/a", "/a b", "/é", "/a?b=/../c", "/a?b\\c", "/a#b", "/@x", "/a:b", "/?", '/"']; // biome-ignore format: one line
  for (const host of ["x", "x:8000", "X.example", "127.0.0.1:80", "[::1]:8000", "a_b", "b\u00fccher.example"]) {
    for (const target of targets) {
      const { pathname, search } = new URL(requestOf(target, host).url);
      const expected = new URL(`http://localhost${target}`);
      assert.equal([pathname, search], [expected.pathname, expected.search], `${host} ${target}`);
    }
  }
  assert.is(requestOf("/a?b").url, "http://x:8000/a?b");
  assert.is(requestOf("/a", null).url, "http://localhost/a");
  assert.is(requestOf("http://y/a/../b").url, "http://y/b");
});

test("a target or a host that is none is refused", () => {
  const cases: [target: string, host: string][] = [
    ["*", "x"], ["", "x"], ["a", "x"], ["\\", "x"], ["/a\\b", "x"], ["http://", "x"], ["ftp://y/", "x"], ["http://y\\z/", "x"],
    ["/", "a b"], ["/", "a/b"], ["/", "a?b"], ["/", "a#b"], ["/", "user@x"], ["/", "x:y"], ["/", "x:99999999"], ["/", "["], ["/", ""],
    ["/%20", ""], ["/%20", "a/b"],
  ]; // biome-ignore format: a table
  for (const [target, host] of cases) {
    assert.throws(() => requestOf(target, host), (error: unknown) => error instanceof Problem && error.status === 400, `${target} ${host}`); // biome-ignore format: one line
  }
});

test("headers are found whatever their case, and joined as Headers joins them", () => {
  const pairs: [string, string][] = [["Host", "x"], ["ACCEPT", "a"], ["accept", "b"], ["Cookie", "c=1"], ["X-Empty", ""], ["Content-Length", "1"], ["content-length", "2"]]; // biome-ignore format: one line
  const { headers } = requestOf("/", "x", pairs.flat());
  const theirs = new Headers(pairs);
  for (const name of ["host", "Accept", "cookie", "x-empty", "content-LENGTH", "none"]) {
    assert.is(headers.get(name), theirs.get(name), name);
  }
  const seen: [string, string][] = [];
  headers.forEach((value, name) => {
    seen.push([name, value]);
  });
  assert.equal(seen.sort(), [...theirs]);
});

test.run();
