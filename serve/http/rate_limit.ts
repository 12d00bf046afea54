// The rate limit: requests a minute from one address, as a token bucket that holds a minute's worth.
//
// Of each address one number is kept: when its bucket will be full again (the generic cell rate algorithm). An address whose
// time has come is as good as forgotten, and forgotten it is once there are many.

import { isIPv6 } from "node:net";
import type { MiddlewareHandler } from "hono";
import type { ServeEnv } from "./caller.ts";
import { Problem } from "./problem.ts";

const MINUTE_MS = 60_000;
/** What the sum of a minute's shares may differ by. */
const ROUNDING_MS = 0.001;
/** Addresses that are kept: some 8 MB. Beyond it the one that was seen longest ago is forgotten. */
const MOST_ADDRESSES = 65_536;
/** Probes must not fail because somebody else behind the same address calls. */
const EXEMPT = /^\/v2\/health\/(?:live|ready)$/;

export interface Allowance {
  isAllowed: boolean;
  /** Requests that could follow at once. */
  remaining: number;
  /** Until there is one more, or, where it is refused, until it would not be. */
  seconds: number;
}

export class RateLimiter {
  /** By address, the one seen last at the end: when its bucket is full again. */
  private readonly fullAt = new Map<string, number>();

  constructor(
    readonly perMinute: number,
    private readonly clock: () => number = () => performance.now(),
    private readonly mostAddresses: number = MOST_ADDRESSES,
  ) {}

  take(address: string): Allowance {
    const { fullAt, perMinute, mostAddresses } = this;
    const now = this.clock();
    const each = MINUTE_MS / perMinute;
    const network = networkOf(address);
    const next = Math.max(fullAt.get(network) ?? 0, now) + each;
    const isAllowed = next - now <= MINUTE_MS + ROUNDING_MS;
    if (isAllowed) {
      fullAt.delete(network);
      fullAt.set(network, next);
      if (fullAt.size > mostAddresses) this.forget(now);
      const remaining = Math.floor((MINUTE_MS + ROUNDING_MS - (next - now)) / each);
      return { isAllowed, remaining, seconds: Math.ceil(each / 1000) };
    }
    return { isAllowed, remaining: 0, seconds: Math.max(1, Math.ceil((next - now - MINUTE_MS) / 1000)) };
  }

  get size(): number {
    return this.fullAt.size;
  }

  private forget(now: number): void {
    for (const [network, time] of this.fullAt) {
      if (time > now && this.fullAt.size <= this.mostAddresses) break;
      this.fullAt.delete(network);
    }
  }
}

/** Who has one address of IPv6 has the 2⁶⁴ beside it, too. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head, tail] = address.split("%")[0].split("::");
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined) {
    const after = tail === "" ? [] : tail.split(":");
    while (groups.length + after.length < 8) groups.push("0");
    groups.push(...after);
  }
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
}

/**
 * What one of several workers grants, since each counts for itself: together they grant the whole, never more.
 *
 * @param worker from 0
 */
export function shareOf(perMinute: number, { worker, workers }: { worker: number; workers: number }): number {
  return Math.floor(perMinute / workers) + (worker < perMinute % workers ? 1 : 0);
}

/** @param share of the limit, that this process grants */
export function rateLimit(perMinute: number, share: number): MiddlewareHandler<ServeEnv> {
  const limiter = new RateLimiter(share);
  const ofShare = share < perMinute ? `, of which this connection's process grants ${share},` : "";
  const policy = `"address";q=${perMinute};w=60`;
  return async (c, next) => {
    if (EXEMPT.test(c.req.path)) return next();
    const { isAllowed, remaining, seconds } = limiter.take(c.env.caller.address);
    c.env.caller.setHeader("ratelimit-policy", policy);
    c.env.caller.setHeader("ratelimit", `"address";r=${remaining};t=${seconds}`);
    if (!isAllowed) {
      throw new Problem(429, `the rate limit of ${perMinute} a minute from one address${ofShare} is reached; try again in ${seconds} s.`, { reason: "rate_limit", headers: { "retry-after": String(seconds) } }); // biome-ignore format: one line
    }
    await next();
  };
}
