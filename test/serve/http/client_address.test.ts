// Whom a request counts for, behind proxies.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { clientAddress, plainAddress } from "../../../serve/http/client_address.ts";

const test = suite("client address");
const of = (forwardedFor: string | undefined, proxies: number, peer = "10.0.0.9") =>
  clientAddress(peer, forwardedFor, proxies);

test("without trusted proxies it is the socket's, whatever the header says", () => {
  assert.is(of("198.51.100.7", 0), "10.0.0.9");
  assert.is(plainAddress("::ffff:10.0.0.9"), "10.0.0.9", "as a socket on :: has it");
});

test("each trusted proxy vouches for one entry, from the right", () => {
  const list = "203.0.113.66, 198.51.100.7, 192.0.2.3";
  assert.equal(
    [1, 2, 3, 4].map((proxies) => of(list, proxies)),
    ["192.0.2.3", "198.51.100.7", "203.0.113.66", "203.0.113.66"],
  );
});

test("a client that writes entries of its own is still counted by its own address", () => {
  assert.is(of("1.1.1.1, 2.2.2.2, 198.51.100.7", 1), "198.51.100.7");
  assert.is(of(`${"9.9.9.9,".repeat(5000)}198.51.100.7`, 1), "198.51.100.7");
});

test("ports, brackets and IPv4 written as IPv6 are one address each", () => {
  assert.is(of("198.51.100.7:4711", 1), "198.51.100.7");
  assert.is(of("[2001:DB8::7]:4711", 1), "2001:db8::7");
  assert.is(of("2001:db8::7", 1), "2001:db8::7");
  assert.is(of("::ffff:198.51.100.7", 1), "198.51.100.7");
});

test("where a proxy hides its client, or the entry is no address, the proxy's own address counts", () => {
  for (const entry of ["unknown", "_hidden", "", "  ", "1.2.3", "example.com", "'; DROP TABLE", "x".repeat(9000)]) {
    assert.is(of(entry, 1), "10.0.0.9", entry.slice(0, 20));
    assert.is(of(`${entry}, 192.0.2.3`, 2), "192.0.2.3", entry.slice(0, 20));
  }
});

test.run();
