// The token bucket of the rate limit, against a clock that we move.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { networkOf, RateLimiter, shareOf } from "../../../serve/http/rate_limit.ts";

const test = suite("rate limit");

test("an address gets its minute's worth at once, then one for each that time brings", () => {
  let now = 5;
  const limiter = new RateLimiter(6, () => now);
  const burst = Array.from({ length: 7 }, () => limiter.take("192.0.2.1"));
  assert.equal(
    burst.map(({ isAllowed, remaining }) => [isAllowed, remaining]),
    [5, 4, 3, 2, 1, 0].map((left) => [true, left] as [boolean, number]).concat([[false, 0]]),
  );
  assert.is(burst[6].seconds, 10);
  now += 9_000;
  assert.equal(limiter.take("192.0.2.1"), { isAllowed: false, remaining: 0, seconds: 1 });
  now += 1_000;
  assert.is(limiter.take("192.0.2.1").isAllowed, true);
  assert.is(limiter.take("192.0.2.1").isAllowed, false);
  now += 3_600_000;
  assert.is(limiter.take("192.0.2.1").remaining, 5);
});

test("workers' shares add up to the limit, the first of them having the rest", () => {
  const shares = (perMinute: number, workers: number) =>
    Array.from({ length: workers }, (_, worker) => shareOf(perMinute, { worker, workers }));
  assert.equal(shares(100, 1), [100]);
  assert.equal(shares(100, 3), [34, 33, 33]);
  assert.equal(shares(5, 4), [2, 1, 1, 1]);
  assert.equal(shares(64, 64), Array(64).fill(1));
});

test("over a long time no more pass than the limit says, however they come", () => {
  let now = 0;
  const limiter = new RateLimiter(100, () => now);
  let passed = 0;
  for (; now < 600_000; now += 37) if (limiter.take("192.0.2.1").isAllowed) passed++;
  assert.ok(passed >= 100 * 10 && passed <= 100 * 11, `${passed}`);
});

test("one address does not use up what another has; IPv6 counts by networks of 64 bits", () => {
  const limiter = new RateLimiter(1, () => 0);
  const isAllowed = (address: string) => limiter.take(address).isAllowed;
  assert.equal(["192.0.2.1", "192.0.2.2", "192.0.2.1"].map(isAllowed), [true, true, false]);
  assert.equal(["2001:db8::1", "2001:db8:0:0:ffff::2", "2001:db8:0:1::1"].map(isAllowed), [true, false, true]);
  assert.is(networkOf("::1"), "0:0:0:0");
  assert.is(networkOf("fe80::1%eth0"), networkOf("FE80:0:0:0:1:2:3:4"));
});

test("only so many addresses are kept: first those go that have their full share again, then the oldest", () => {
  let now = 0;
  const limiter = new RateLimiter(1, () => now, 3);
  for (const address of ["a", "b", "c"]) limiter.take(address);
  now = 60_001;
  for (const address of ["c", "d"]) limiter.take(address);
  assert.is(limiter.size, 2);
  for (let i = 0; i < 1000; i++) limiter.take(`address ${i}`);
  assert.is(limiter.size, 3);
  assert.is(limiter.take("address 999").isAllowed, false);
});

test.run();
