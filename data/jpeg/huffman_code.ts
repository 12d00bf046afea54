// HuffmanCode: a table of codes, and the numbers that follow most of them, looked up at once.
//
// Source: ITU-T T.81, annex C and F.2.2.

/** Codes up to this length are looked up. */
export const FAST_BITS = 10;
export const MAX_BITS = 16;

export class HuffmanCode {
  /** By the next FAST_BITS bits: symbol · 16 + length; 0 where the code is longer, or is none. */
  readonly fast = new Uint16Array(1 << FAST_BITS);
  /**
   * The same for a symbol and the number behind it, of `symbol & 15` bits: number · 256 + (symbol >> 4) · 16 + length of both;
   * 0 where both together are longer, or no number follows.
   */
  readonly numbers = new Int32Array(1 << FAST_BITS);
  /** Beyond FAST_BITS, per length: the first code that is longer, were it of 16 bits; and what its codes begin at in `symbols`. */
  private readonly ends = new Int32Array(MAX_BITS + 1);
  private readonly offsets = new Int32Array(MAX_BITS + 1);

  /**
   * @param counts  of codes of 1 … 16 bits
   * @param symbols as many as all of them
   * @returns null where there are more codes of a length than it has
   */
  static of(counts: Uint8Array, symbols: Uint8Array): HuffmanCode | null {
    const code = new HuffmanCode(symbols);
    let next = 0;
    let index = 0;
    for (let length = 1; length <= MAX_BITS; length++) {
      code.offsets[length] = index - next;
      for (let i = counts[length - 1]; i > 0; i--, next++, index++) {
        if (next >= 1 << length) return null;
        if (length <= FAST_BITS) code.enter(next, length, symbols[index]);
      }
      code.ends[length] = next << (MAX_BITS - length);
      next <<= 1;
    }
    return code;
  }

  private constructor(private readonly symbols: Uint8Array) {}

  /** As an entry of `fast`, for a code that is longer, with 32 · instead of 16 ·; 0 where the bits are no code. @param bits the next 16 */
  slow(bits: number): number {
    for (let length = FAST_BITS + 1; length <= MAX_BITS; length++) {
      if (bits >= this.ends[length]) continue;
      return (this.symbols[this.offsets[length] + (bits >> (MAX_BITS - length))] << 5) | length;
    }
    return 0;
  }

  private enter(code: number, length: number, symbol: number): void {
    const rest = FAST_BITS - length;
    this.fast.fill((symbol << 4) | length, code << rest, (code + 1) << rest);
    const size = symbol & 15;
    if (size === 0 || size > rest) return;
    for (let bits = 0; bits < 1 << size; bits++) {
      const entry = numberOf(bits, size) * 256 + (symbol >> 4) * 16 + length + size;
      const from = ((code << size) | bits) << (rest - size);
      this.numbers.fill(entry, from, from + (1 << (rest - size)));
    }
  }
}

/** What `size` bits stand for: the upper half of their values for themselves, the lower for −(2^size − 1) … */
export function numberOf(bits: number, size: number): number {
  return bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits;
}
