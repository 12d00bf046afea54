// Inflates a zlib stream piece by piece, and counts what that takes.
//
//   in   64 KiB at a time, from wherever the caller has them
//   out  a window: the last 32 KiB, which matches refer to, and room for 128 KiB more; handed on when it is full
//
// No memory grows with the stream, and its cost is bounded: a stream of tiny blocks, each with Huffman codes to build,
// takes a hundred times as long as its size lets one think, in any inflater that counts bytes only.
//
// Sources: RFC 1950 (zlib) and RFC 1951 (deflate).

export interface InflateStream {
  /** Puts the next bytes of the stream into `target` between two indices, and says how many; 0 at the end. */
  read(target: Uint8Array, from: number, to: number): number;
  /** Takes the next bytes that come out; they are overwritten afterwards. */
  write(bytes: Uint8Array): void;
  /** Is told what was done since the last call, in about nanoseconds. */
  spend(work: number): void;
  /** @param what is wrong with the stream */
  fail(what: string): never;
}

const INPUT_BYTES = 65536;
/** Behind the input's end, so that a symbol's bits can be fetched without a look at it. */
const PADDING = 32;
/** One symbol, a match, fetches two bytes four times. */
const MOST_FETCHED = 8;
/** Bytes before the next one that may be in `hold` already, and that a stored block goes back to. */
const KEPT = 4;
const WINDOW = 32768;
const LONGEST_MATCH = 258;
const ROOM = 131072;

/** In about nanoseconds: to decode a symbol, to copy a match besides, to build a block's codes, and to begin one without. */
const SYMBOL_COST = 5;
const MATCH_COST = 8;
const CODES_COST = 6000;
const BLOCK_COST = 300;

/** Codes up to this length are looked up at once. */
const FAST_BITS = 10;
const FAST_MASK = (1 << FAST_BITS) - 1;
const MAX_BITS = 15;
const END_OF_BLOCK = 256;

/** Per symbol from 257 on: the length of a match, and the bits that add to it. */
const LENGTHS = Uint16Array.of(
  ...[
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
  ],
);
const LENGTH_BITS = Uint8Array.from(LENGTHS, (_, i) => (i < 8 || i === 28 ? 0 : (i >> 2) - 1));
/** Per symbol: how far back a match lies, and the bits that add to it. */
const DISTANCE_BITS = Uint8Array.from({ length: 30 }, (_, i) => Math.max(0, (i >> 1) - 1));
const DISTANCES = Uint16Array.from({ length: 30 }, (_, i) => (i < 2 ? i + 1 : 1 + ((2 + (i & 1)) << DISTANCE_BITS[i])));
/** The order in which the lengths of the code for code lengths stand. */
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** A Huffman code, canonical, so that its lengths say all. */
class Code {
  /** By the next bits of the stream: symbol · 16 + length; 0 where the code is longer, or is none. */
  readonly fast = new Uint16Array(1 << FAST_BITS);
  /** How many codes each length has. */
  readonly counts = new Uint16Array(MAX_BITS + 1);
  /** By length, and in order within one. */
  readonly symbols = new Uint16Array(288);
  private readonly nextCode = new Uint16Array(MAX_BITS + 1);
  private readonly nextIndex = new Uint16Array(MAX_BITS + 1);
  /** The first code longer than FAST_BITS, were it of that length, and the index of its symbol. */
  firstSlow = 0;
  firstSlowIndex = 0;

  /** @returns what the lengths make: a code in which all bits have a meaning, one with a single symbol or none, or no code */
  build(lengths: Uint8Array, from: number, to: number): "complete" | "single" | "none" {
    const { fast, counts, symbols, nextCode, nextIndex } = this;
    counts.fill(0);
    for (let i = from; i < to; i++) counts[lengths[i]]++;
    const used = to - from - counts[0];
    counts[0] = 0;
    let free = 1;
    for (let length = 1, code = 0, index = 0; length <= MAX_BITS; length++) {
      code <<= 1;
      nextCode[length] = code;
      nextIndex[length] = index;
      code += counts[length];
      index += counts[length];
      free = 2 * free - counts[length];
      if (free < 0) return "none";
      if (length === FAST_BITS) {
        this.firstSlow = code;
        this.firstSlowIndex = index;
      }
    }
    if (free > 0 && (used > 1 || counts[1] !== used)) return "none";
    fast.fill(0);
    for (let i = from; i < to; i++) {
      const length = lengths[i];
      if (length === 0) continue;
      const symbol = i - from;
      symbols[nextIndex[length]++] = symbol;
      const code = nextCode[length]++;
      if (length > FAST_BITS) continue;
      // The stream has a code's first bit lowest.
      for (let at = reversed(code, length); at <= FAST_MASK; at += 1 << length) fast[at] = (symbol << 4) | length;
    }
    return free > 0 ? "single" : "complete";
  }
}

/** Those of a block: for literals, its end and lengths of matches; and for distances. */
class Codes {
  readonly literals = new Code();
  readonly distances = new Code();
}

let fixed: Codes | null = null;

/** Those that a block need not bring along. Built once: a block of ten bits may ask for them. */
function fixedCodes(): Codes {
  if (fixed === null) {
    const lengths = new Uint8Array(288 + 32);
    lengths.fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280, 288).fill(5, 288, 320);
    fixed = new Codes();
    fixed.literals.build(lengths, 0, 288);
    fixed.distances.build(lengths, 288, 320);
  }
  return fixed;
}

/** Bytes with their bits in reverse. */
const REVERSED = Uint8Array.from({ length: 256 }, (_, byte) =>
  [0, 1, 2, 3, 4, 5, 6, 7].reduce((result, bit) => result | (((byte >> bit) & 1) << (7 - bit)), 0),
);

/** @param length at most 15 */
function reversed(code: number, length: number): number {
  return ((REVERSED[code & 255] << 8) | REVERSED[code >> 8]) >> (16 - length);
}

/** The memory that inflating takes. */
class Workspace {
  readonly input = new Uint8Array(INPUT_BYTES + PADDING);
  readonly window = new Uint8Array(WINDOW + ROOM + LONGEST_MATCH);
  /** The same, four bytes at a time; the last two are left out. */
  readonly words = new Int32Array(this.window.buffer, 0, this.window.length >> 2);
  readonly codes = new Codes();
  readonly lengths = new Uint8Array(288 + 32);
}

/** That of the last stream: to make one takes longer than to inflate a small picture. None while it is in use. */
let spare: Workspace | null = null;

/**
 * Inflates a whole stream.
 *
 * Reads nothing behind its checksum. 200 MB/s of literals, twice that of matches. Keeps 230 KiB for the next stream.
 */
export function inflate(stream: InflateStream): void {
  const workspace = spare ?? new Workspace();
  spare = null;
  try {
    new Inflater(stream, workspace).run();
  } finally {
    spare = workspace;
  }
}

class Inflater {
  private readonly input: Uint8Array;
  /** The next byte, the end of what is there, and from where on there may be too little for a symbol. */
  private at = 0;
  private end = 0;
  private limit = 0;
  private isLast = false;
  /** Bits fetched and not yet used, the next one lowest. */
  private hold = 0;
  private bitCount = 0;

  private readonly window: Uint8Array;
  private readonly words: Int32Array;
  private out = 0;
  /** From where on `window` was not handed on. */
  private unwritten = 0;
  /** Adler-32's two sums. */
  private sum = 1;
  private sumOfSums = 0;

  private readonly ownCodes: Codes;
  private readonly lengths: Uint8Array;

  constructor(
    private readonly stream: InflateStream,
    { input, window, words, codes, lengths }: Workspace,
  ) {
    this.input = input;
    this.window = window;
    this.words = words;
    this.ownCodes = codes;
    this.lengths = lengths;
  }

  run(): void {
    const header = (this.bits(8) << 8) | this.bits(8);
    if ((header & 0x0f00) !== 0x0800 || header >> 12 > 7 || header % 31 !== 0) this.fail("they are no zlib stream");
    if (header & 0x20) this.fail("they need a dictionary, which PNG does not know");
    for (let isFinal = 0; !isFinal; ) {
      isFinal = this.bits(1);
      const kind = this.bits(2);
      this.stream.spend(kind === 2 ? CODES_COST : BLOCK_COST);
      if (kind === 0) this.storedBlock();
      else if (kind === 3) this.fail("a block has an unknown kind");
      else this.compressedBlock(kind === 1 ? fixedCodes() : this.dynamicCodes());
    }
    this.flush();
    this.bits(this.bitCount & 7);
    const checksum = ((this.bits(8) << 24) | (this.bits(8) << 16) | (this.bits(8) << 8) | this.bits(8)) >>> 0;
    // Bits of the padding may have been taken for some of the stream.
    if (this.at - (this.bitCount >> 3) > this.end) this.truncated();
    if (checksum !== ((this.sumOfSums << 16) | this.sum) >>> 0) this.fail("their checksum is wrong");
  }

  private fail(what: string): never {
    return this.stream.fail(what);
  }

  private truncated(): never {
    return this.fail("they end early");
  }

  /** More input, and room before and behind it. */
  private fetch(): void {
    if (this.isLast) this.truncated();
    const { input, stream } = this;
    const from = Math.max(0, this.at - KEPT);
    input.copyWithin(0, from, this.end);
    this.at -= from;
    this.end -= from;
    while (!this.isLast && this.end < INPUT_BYTES) {
      const count = stream.read(input, this.end, INPUT_BYTES);
      this.end += count;
      this.isLast = count === 0;
    }
    if (this.isLast) input.fill(0, this.end, this.end + PADDING);
    this.limit = this.isLast ? this.end + MOST_FETCHED : this.end - MOST_FETCHED;
  }

  /** @param count 0 to 16 */
  private bits(count: number): number {
    while (this.bitCount < count) {
      if (this.at >= this.limit) this.fetch();
      this.hold |= this.input[this.at++] << this.bitCount;
      this.bitCount += 8;
    }
    const value = this.hold & ((1 << count) - 1);
    this.hold >>= count;
    this.bitCount -= count;
    return value;
  }

  /** Hands on what is new in the window, and keeps what matches may refer to. */
  private flush(): void {
    const { window, out } = this;
    this.add(this.unwritten, out);
    this.stream.write(window.subarray(this.unwritten, out));
    const kept = Math.min(WINDOW, out);
    window.copyWithin(0, out - kept, out);
    this.out = kept;
    this.unwritten = kept;
  }

  /** Adler-32 of a part of the window; the sums stay below 2³¹ for 3800 bytes. */
  private add(from: number, to: number): void {
    const { window, words } = this;
    let { sum, sumOfSums } = this;
    for (let at = from; at < to; ) {
      const stop = Math.min(to, at + 3800);
      for (; at < stop && at % 4 !== 0; at++) {
        sum += window[at];
        sumOfSums += sum;
      }
      // Four at a time, since each step waits for the one before; sixteen where they are all zero, as most are of filtered paper.
      while (at + 4 <= stop) {
        const word = at >> 2;
        if (at + 16 <= stop && (words[word] | words[word + 1] | words[word + 2] | words[word + 3]) === 0) {
          sumOfSums += 16 * sum;
          at += 16;
          continue;
        }
        const a = window[at];
        const b = window[at + 1];
        const c = window[at + 2];
        const d = window[at + 3];
        sumOfSums += 4 * (sum + a) + 3 * b + 2 * c + d;
        sum += a + b + c + d;
        at += 4;
      }
      for (; at < stop; at++) {
        sum += window[at];
        sumOfSums += sum;
      }
      sum %= 65521;
      sumOfSums %= 65521;
    }
    this.sum = sum;
    this.sumOfSums = sumOfSums;
  }

  private storedBlock(): void {
    this.bits(this.bitCount & 7);
    let rest = this.bits(16);
    if ((this.bits(16) ^ rest) !== 0xffff) this.fail("the length of a block is damaged");
    this.at -= this.bitCount >> 3;
    this.hold = 0;
    this.bitCount = 0;
    while (rest > 0) {
      if (this.out >= WINDOW + ROOM) this.flush();
      if (this.at >= this.end) this.fetch();
      const count = Math.min(rest, this.end - this.at, WINDOW + ROOM - this.out);
      this.window.set(this.input.subarray(this.at, this.at + count), this.out);
      this.at += count;
      this.out += count;
      rest -= count;
    }
  }

  private dynamicCodes(): Codes {
    const { lengths, ownCodes } = this;
    const { literals, distances } = ownCodes;
    const literalCount = this.bits(5) + 257;
    const total = literalCount + this.bits(5) + 1;
    const lengthCount = this.bits(4) + 4;
    if (literalCount > 286 || total - literalCount > 30) this.fail("a block has too many codes");
    lengths.fill(0, 0, 19);
    for (let i = 0; i < lengthCount; i++) lengths[CODE_LENGTH_ORDER[i]] = this.bits(3);
    if (literals.build(lengths, 0, 19) !== "complete") this.fail("a block's codes are damaged");
    for (let i = 0; i < total; ) {
      const symbol = this.symbol(literals);
      if (symbol < 16) {
        lengths[i++] = symbol;
        continue;
      }
      if (symbol === 16 && i === 0) this.fail("a block's codes are damaged");
      const repeated = symbol === 16 ? lengths[i - 1] : 0;
      const count = symbol === 16 ? 3 + this.bits(2) : symbol === 17 ? 3 + this.bits(3) : 11 + this.bits(7);
      if (i + count > total) this.fail("a block's codes are damaged");
      lengths.fill(repeated, i, i + count);
      i += count;
    }
    if (
      lengths[END_OF_BLOCK] === 0 ||
      literals.build(lengths, 0, literalCount) === "none" ||
      distances.build(lengths, literalCount, total) === "none"
    ) {
      this.fail("a block's codes are damaged");
    }
    return ownCodes;
  }

  /** One symbol of a short code: none is longer than 7 bits. */
  private symbol({ fast }: Code): number {
    while (this.bitCount < 7) {
      if (this.at >= this.limit) this.fetch();
      this.hold |= this.input[this.at++] << this.bitCount;
      this.bitCount += 8;
    }
    const entry = fast[this.hold & FAST_MASK];
    if (entry === 0) this.fail("a code has no meaning");
    this.hold >>= entry & 15;
    this.bitCount -= entry & 15;
    return entry >> 4;
  }

  private compressedBlock(codes: Codes): void {
    for (let isOver = false; !isOver; ) {
      if (this.at >= this.limit) this.fetch();
      if (this.out >= WINDOW + ROOM) this.flush();
      isOver = this.symbols(codes);
    }
  }

  /** Decodes until the block is over, the input short, or the window full. @returns whether the block is over */
  private symbols({ literals, distances }: Codes): boolean {
    const { input, window, limit } = this;
    const literalFast = literals.fast;
    const distanceFast = distances.fast;
    let { at, hold, bitCount, out } = this;
    let count = 0;
    let matches = 0;
    let isOver = false;
    while (at < limit && out < WINDOW + ROOM) {
      count++;
      if (bitCount < MAX_BITS) {
        hold |= (input[at] | (input[at + 1] << 8)) << bitCount;
        at += 2;
        bitCount += 16;
      }
      let entry = literalFast[hold & FAST_MASK];
      if (entry === 0) entry = slowEntry(literals, hold) | 0;
      hold >>= entry & 15;
      bitCount -= entry & 15;
      if (entry < END_OF_BLOCK << 4) {
        if (entry === 0) this.fail("a code has no meaning");
        window[out++] = entry >> 4;
        continue;
      }
      if (entry < (END_OF_BLOCK + 1) << 4) {
        isOver = true;
        break;
      }
      matches++;
      const lengthSymbol = (entry >> 4) - END_OF_BLOCK - 1;
      if (lengthSymbol >= LENGTHS.length) this.fail("a code has no meaning");
      if (bitCount < MAX_BITS) {
        hold |= (input[at] | (input[at + 1] << 8)) << bitCount;
        at += 2;
        bitCount += 16;
      }
      const lengthBits = LENGTH_BITS[lengthSymbol];
      const length = LENGTHS[lengthSymbol] + (hold & ((1 << lengthBits) - 1));
      hold >>= lengthBits;
      bitCount -= lengthBits;
      if (bitCount < MAX_BITS) {
        hold |= (input[at] | (input[at + 1] << 8)) << bitCount;
        at += 2;
        bitCount += 16;
      }
      entry = distanceFast[hold & FAST_MASK];
      if (entry === 0) entry = slowEntry(distances, hold) | 0;
      hold >>= entry & 15;
      bitCount -= entry & 15;
      const distanceSymbol = entry >> 4;
      if (entry === 0 || distanceSymbol >= DISTANCES.length) this.fail("a code has no meaning");
      if (bitCount < MAX_BITS) {
        hold |= (input[at] | (input[at + 1] << 8)) << bitCount;
        at += 2;
        bitCount += 16;
      }
      const distanceBits = DISTANCE_BITS[distanceSymbol];
      const distance = DISTANCES[distanceSymbol] + (hold & ((1 << distanceBits) - 1));
      hold >>= distanceBits;
      bitCount -= distanceBits;
      if (distance > out) this.fail("a match lies before their beginning");
      const stop = out + length;
      if (distance === 1 && length > 16) window.fill(window[out - 1], out, stop);
      else if (distance >= length && length > 32) window.copyWithin(out, out - distance, stop - distance);
      else for (let from = out - distance, to = out; to < stop; ) window[to++] = window[from++];
      out = stop;
    }
    this.at = at;
    this.hold = hold;
    this.bitCount = bitCount;
    this.out = out;
    this.stream.spend(count * SYMBOL_COST + matches * MATCH_COST);
    return isOver;
  }
}

/** As an entry of `fast`, for a code longer than FAST_BITS; 0 where the bits are no code. */
function slowEntry({ counts, symbols, firstSlow, firstSlowIndex }: Code, hold: number): number {
  // Canonical codes of one length follow each other, and the first of a length follows the last one shorter.
  let code = reversed(hold & FAST_MASK, FAST_BITS);
  let first = firstSlow;
  let index = firstSlowIndex;
  for (let length = FAST_BITS + 1; length <= MAX_BITS; length++) {
    code = (code << 1) | ((hold >> (length - 1)) & 1);
    first <<= 1;
    const count = counts[length];
    if (code < first + count) return code < first ? 0 : (symbols[index + code - first] << 4) | length;
    index += count;
    first += count;
  }
  return 0;
}
