// SHA-256 without a host's help: synchronous, and over shared memory, which crypto.subtle refuses.
//
// Source: FIPS 180-4.

/** Of the cube roots of the first 64 primes, and of the square roots of the first 8; made at first use. */
let constants: { k: Int32Array; initial: Int32Array } | null = null;

function makeConstants(): { k: Int32Array; initial: Int32Array } {
  const primes: number[] = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
  return {
    k: Int32Array.from(primes, (prime) => rootBits(prime, 3)),
    initial: Int32Array.from(primes.slice(0, 8), (prime) => rootBits(prime, 2)),
  };
}

/** The first 32 bits of the fractional part of a square or cube root below 8: by bisection, exactly. */
function rootBits(n: number, degree: 2 | 3): number {
  const target = BigInt(n) << BigInt(32 * degree);
  let root = 0n;
  for (let bit = 1n << 34n; bit > 0n; bit >>= 1n) {
    const next = root + bit;
    if (next * next * (degree === 2 ? 1n : next) <= target) root = next;
  }
  return Number(BigInt.asIntN(32, root));
}

/**
 * The SHA-256 of byte arrays one behind another, in hexadecimal.
 *
 * Cost: one pass, in JS; nothing is copied.
 *
 * @example sha256(new TextEncoder().encode("abc")) // "ba7816bf…"
 */
export function sha256(...parts: readonly Uint8Array[]): string {
  constants ??= makeConstants();
  const { k } = constants;
  const state = constants.initial.slice();
  const schedule = new Int32Array(64);
  const rest = new Uint8Array(128);
  let held = 0;
  let total = 0;
  for (const part of parts) {
    total += part.length;
    let at = 0;
    if (held > 0) {
      at = Math.min(64 - held, part.length);
      rest.set(part.subarray(0, at), held);
      held += at;
      if (held < 64) continue;
      compress(state, k, schedule, rest, 0);
      held = 0;
    }
    for (; at + 64 <= part.length; at += 64) compress(state, k, schedule, part, at);
    rest.set(part.subarray(at));
    held = part.length - at;
  }
  rest.fill(0, held);
  rest[held] = 0x80;
  const end = held < 56 ? 64 : 128;
  const view = new DataView(rest.buffer);
  view.setUint32(end - 8, Math.floor(total / 2 ** 29));
  view.setUint32(end - 4, (total * 8) % 2 ** 32);
  compress(state, k, schedule, rest, 0);
  if (end === 128) compress(state, k, schedule, rest, 64);
  return Array.from(new Uint32Array(state.buffer), (word) => word.toString(16).padStart(8, "0")).join("");
}

function compress(state: Int32Array, k: Int32Array, w: Int32Array, bytes: Uint8Array, at: number): void {
  for (let t = 0, p = at; t < 16; t++, p += 4) {
    w[t] = (bytes[p] << 24) | (bytes[p + 1] << 16) | (bytes[p + 2] << 8) | bytes[p + 3];
  }
  for (let t = 16; t < 64; t++) {
    const x = w[t - 15];
    const y = w[t - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[t] = (w[t - 16] + s0 + w[t - 7] + s1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let t = 0; t < 64; t++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + k[t] + w[t]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}
