// Headers and Response of our own, beside Node's.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { LightHeaders, LightResponse } from "../../../serve/http/light_web.ts";

const test = suite("light_web");

type Both = [ours: LightHeaders, theirs: Headers];

function both(...init: [string, string][]): Both {
  return [new LightHeaders(init), new Headers(init)];
}

function expectSame([ours, theirs]: Both): void {
  assert.equal([...ours], [...theirs]);
  assert.equal([...ours.entries()], [...theirs.entries()]);
  assert.equal([...ours.keys()], [...theirs.keys()]);
  assert.equal([...ours.values()], [...theirs.values()]);
  assert.equal(ours.getSetCookie(), theirs.getSetCookie());
  const seen: string[] = [];
  ours.forEach((value, name) => {
    seen.push(name, value);
  });
  assert.equal(seen, [...theirs].flat());
}

test("headers are kept, joined, sorted and found as Node's are", () => {
  const headers = both(["Vary", " origin\t"], ["b", "2"], ["VARY", "accept"], ["Set-Cookie", "x=1"], ["a", ""]);
  expectSame(headers);
  for (const each of headers) {
    each.append("set-cookie", "y=2");
    each.set("B", "3");
    each.append("c", "4");
    each.delete("A");
    each.delete("none");
  }
  expectSame(headers);
  const [ours, theirs] = headers;
  for (const name of ["vary", "VARY", "b", "set-cookie", "none"]) {
    assert.is(ours.get(name), theirs.get(name), name);
    assert.is(ours.has(name), theirs.has(name), name);
  }
});

test("headers are made of pairs, of a record, of others, and of nothing", () => {
  for (const init of [[["a", "1"] as const], { a: "1" }, new Map([["a", "1"]]), new LightHeaders({ a: "1" })]) {
    assert.equal([...new LightHeaders(init)], [["a", "1"]]);
  }
  assert.equal([...new LightHeaders()], []);
});

test("names and values that no header may have are refused where Node refuses them", () => {
  const cases: [string, string][] = [
    ["a b", "1"], ["", "1"], ["é", "1"], ["a:", "1"], ["a", "1\n2"], ["a", "\r"], ["a", "\0"], ["a", "€"], ["a", "é"],
    ["a", "\t x \t"], ["__proto__", "1"], ["a", "x\ty"],
  ]; // biome-ignore format: a table
  for (const pair of cases) {
    const outcome = (make: () => Iterable<[string, string]>): string => {
      try {
        return JSON.stringify([...make()]);
      } catch (error) {
        return (error as Error).name;
      }
    };
    assert.is(outcome(() => new LightHeaders([pair])), outcome(() => new Headers([pair])), JSON.stringify(pair)); // biome-ignore format: one line
  }
});

test("an answer says what Node's says", async () => {
  const bytes = Uint8Array.of(1, 2, 255);
  const cases: [
    string | Uint8Array<ArrayBuffer> | ArrayBuffer | null | undefined,
    ResponseInit & { headers?: Record<string, string> },
  ][] = [
    ["téxt", {}],
    ["{}", { status: 404, headers: { "Content-Type": "application/json" } }],
    [bytes, { headers: { a: "1" } }],
    [bytes.buffer, {}],
    [null, { status: 204 }],
    [undefined, { status: 503, statusText: "No" }],
    ["", {}],
  ];
  for (const [body, init] of cases) {
    const [ours, theirs] = [new LightResponse(body, init), new Response(body, init)];
    assert.equal([ours.status, ours.statusText, ours.ok], [theirs.status, theirs.statusText, theirs.ok]);
    assert.equal([...ours.headers], [...theirs.headers]);
    assert.is(await ours.clone().text(), await theirs.clone().text());
    assert.equal(new Uint8Array(await ours.arrayBuffer()), new Uint8Array(await theirs.arrayBuffer()));
    assert.is(ours.bodyUsed, theirs.bodyUsed);
  }
});

test("an answer is made of another's body and the other itself", async () => {
  const first = new LightResponse("text", { status: 201, headers: { a: "1" } });
  const second = new LightResponse(first.body, first);
  second.headers.set("b", "2");
  assert.equal([...first.headers].map(([name]) => name), ["a", "content-type"]); // biome-ignore format: one line
  assert.equal([second.status, await second.text()], [201, "text"]);
});

test("what is no answer is refused as Node refuses it; a stream too, which Lambda would not send", async () => {
  for (const status of [199, 600, Number.NaN]) assert.throws(() => new LightResponse("", { status }), (error: unknown) => error instanceof RangeError); // biome-ignore format: one line
  assert.throws(() => new LightResponse("x", { status: 204 }), /has no body/);
  assert.throws(() => new LightResponse(new Blob(["x"]).stream() as never), /streams are not sent/);
  const read = new LightResponse("x");
  await read.text();
  await read.text().then(
    () => assert.unreachable(),
    (error: Error) => assert.match(error.message, /was read already/),
  );
});

test.run();
