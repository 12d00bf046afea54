// Deflate blocks with any codes, also those that no compressor makes.

/** The order in which the lengths of the code for code lengths stand. */
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const END_OF_BLOCK = 256;

export interface DynamicBlock {
  /** Code lengths of literals, the end of the block and lengths of matches: 257 to 286. */
  lengths: readonly number[];
  /** Of distances, 1 to 30. */
  distanceLengths: readonly number[];
  /** Literals; the end of the block follows them. */
  symbols: readonly number[];
}

export class DeflateWriter {
  private readonly bytes: number[] = [0x78, 0x9c];
  private bitCount = 0;

  /** Writes a block with the given codes, whether they make sense or not. */
  block({ lengths, distanceLengths, symbols }: DynamicBlock, isFinal = true): this {
    this.bits(isFinal ? 1 : 0, 1);
    this.bits(2, 2);
    this.bits(lengths.length - 257, 5);
    this.bits(distanceLengths.length - 1, 5);
    this.bits(CODE_LENGTH_ORDER.length - 4, 4);
    // Lengths 0 to 15 take four bits each; repeats are not used.
    const plain = CODE_LENGTH_ORDER.map((symbol) => (symbol < 16 ? 4 : 0));
    for (const length of plain) this.bits(length, 3);
    for (const length of [...lengths, ...distanceLengths]) this.code(length, 4);
    const codes = codesOf(lengths);
    for (const symbol of [...symbols, END_OF_BLOCK]) this.code(codes[symbol], lengths[symbol]);
    return this;
  }

  /** The stream, with the checksum of what it inflates to. */
  zlib(content: Uint8Array): Uint8Array {
    let [a, b] = [1, 0];
    for (const byte of content) {
      a = (a + byte) % 65521;
      b = (b + a) % 65521;
    }
    return Uint8Array.from([...this.bytes, b >> 8, b & 255, a >> 8, a & 255]);
  }

  /** Lowest bit first. */
  private bits(value: number, count: number): void {
    for (let i = 0; i < count; i++) this.bit((value >> i) & 1);
  }

  /** Highest bit first, as Huffman codes are. */
  private code(value: number, count: number): void {
    for (let i = count - 1; i >= 0; i--) this.bit((value >> i) & 1);
  }

  private bit(bit: number): void {
    if (this.bitCount % 8 === 0) this.bytes.push(0);
    this.bytes[this.bytes.length - 1] |= bit << (this.bitCount % 8);
    this.bitCount++;
  }
}

/** The canonical code of each length, RFC 1951, 3.2.2. */
function codesOf(lengths: readonly number[]): number[] {
  const codes = lengths.map(() => 0);
  let code = 0;
  for (let length = 1; length <= 15; length++) {
    code <<= 1;
    lengths.forEach((own, symbol) => {
      if (own === length) codes[symbol] = code++;
    });
  }
  return codes;
}
