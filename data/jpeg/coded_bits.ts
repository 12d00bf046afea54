// CodedBits: the bits of a scan, from one restart marker to the next.
//
// The zero that stands behind every 0xff of them is left out first, piece by piece, so that bits are fetched without a look at it.

import { FAST_BITS, type HuffmanCode, numberOf } from "./huffman_code.ts";
import { isRestart } from "./segments.ts";

/** Zeros behind the end: what a block may fetch before it is asked whether they were there. 64 symbols of 16 + 15 bits. */
const PADDING = 256;

export class CodedBits {
  bytes = new Uint8Array(0);
  /** The next byte; and the `count` lowest bits of `hold` come before it. */
  at = 0;
  hold = 0;
  count = 0;
  private end = 0;
  private next = 0;
  private to = 0;
  private source: Uint8Array = new Uint8Array(0);

  constructor(readonly fail: (what: string) => never) {}

  /** Takes another scan's bits: those between two places in the file. */
  open(source: Uint8Array, from: number, to: number): void {
    this.source = source;
    this.next = from;
    this.to = to;
    if (this.bytes.length < to - from + PADDING) this.bytes = new Uint8Array(to - from + PADDING);
  }

  /** Goes on behind the next restart marker, or begins. @param restarts markers that came before it */
  restart(restarts: number): void {
    const { source, bytes, to } = this;
    let from = this.next;
    if (restarts > 0) {
      if (from >= to) this.fail("they end early");
      if ((source[from + 1] & 7) !== ((restarts - 1) & 7)) this.fail("a restart marker is out of order");
      from += 2;
    }
    let out = 0;
    for (;;) {
      let stop = source.indexOf(0xff, from);
      if (stop < 0 || stop > to) stop = to;
      const isStuffed = stop < to && source[stop + 1] === 0;
      const pieceEnd = isStuffed ? stop + 1 : stop;
      bytes.set(source.subarray(from, pieceEnd), out);
      out += pieceEnd - from;
      from = isStuffed ? stop + 2 : stop;
      if (!isStuffed) break;
    }
    bytes.fill(0, out, out + PADDING);
    this.next = from < to && isRestart(source[from + 1]) ? from : to;
    this.end = out;
    this.at = 0;
    this.hold = 0;
    this.count = 0;
  }

  /** Of what was fetched. @throws what `fail` throws, where not all of it was there */
  check(): void {
    if (8 * this.at - this.count > 8 * this.end) this.fail("they end early");
  }

  bit(): number {
    if (this.count < 1) this.fetch();
    return (this.hold >>> --this.count) & 1;
  }

  /** @param size 1 … 15 */
  bits(size: number): number {
    if (this.count < size) this.fetch();
    this.count -= size;
    return (this.hold >>> this.count) & ((1 << size) - 1);
  }

  /** @param size 0 … 15 */
  number(size: number): number {
    return size === 0 ? 0 : numberOf(this.bits(size), size);
  }

  symbol(code: HuffmanCode): number {
    if (this.count < 16) this.fetch();
    const entry = code.fast[(this.hold >>> (this.count - FAST_BITS)) & ((1 << FAST_BITS) - 1)];
    if (entry !== 0) {
      this.count -= entry & 15;
      return entry >> 4;
    }
    const slow = code.slow((this.hold >>> (this.count - 16)) & 0xffff);
    if (slow === 0) this.fail("a code has no meaning");
    this.count -= slow & 31;
    return slow >> 5;
  }

  /** 16 bits more, where fewer are held. */
  private fetch(): void {
    this.hold = (this.hold << 16) | (this.bytes[this.at] << 8) | this.bytes[this.at + 1];
    this.at += 2;
    this.count += 16;
  }
}
