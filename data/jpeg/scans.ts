// The scans of a JPEG: coded coefficients, one after another, of one component or of several in turn.
//
//   sequential   each block whole, and at once made samples of: no coefficient is kept
//   progressive  the first coefficients, then ranges of the others, then a bit more of each; kept until the last scan
//
// Source: ITU-T T.81, annexes F and G, https://www.w3.org/Graphics/JPEG/itu-t81.pdf.

import { CodedBits } from "./coded_bits.ts";
import { type Component, ZIGZAG } from "./component.ts";
import { FAST_BITS, HuffmanCode, numberOf } from "./huffman_code.ts";
import type { RefuseJpeg } from "./refuse.ts";
import { type Segment, START_OF_SCAN } from "./segments.ts";

const DEFINE_CODES = 0xc4;
const DEFINE_QUANT = 0xdb;
const DEFINE_RESTARTS = 0xdd;
const FAST_MASK = (1 << FAST_BITS) - 1;
/** Of all components together, in a scan of several. */
const MAX_UNIT_BLOCKS = 10;
/** A number has at most 15 bits; a first coefficient's difference and all others. */
const MAX_NUMBER_BITS = 15;

interface ScanComponent {
  readonly component: Component;
  readonly first: HuffmanCode | null;
  readonly rest: HuffmanCode | null;
}

interface Scan {
  readonly components: readonly ScanComponent[];
  /** Which coefficients, and which of their bits: from `high` above, all before, down to `low`. */
  readonly from: number;
  readonly to: number;
  readonly high: number;
  readonly low: number;
}

/** Reads tables and scans as they come. */
export class Scans {
  private readonly quants: (Uint16Array | null)[] = [null, null, null, null];
  private readonly firstCodes: (HuffmanCode | null)[] = [null, null, null, null];
  private readonly restCodes: (HuffmanCode | null)[] = [null, null, null, null];
  private readonly input: CodedBits;
  private readonly block = new Int32Array(64);
  private restartInterval = 0;
  /** Blocks to come without a coefficient that is not 0, in a progressive scan. */
  private emptyBlocks = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly components: readonly Component[],
    private readonly isProgressive: boolean,
    private readonly refuse: RefuseJpeg,
  ) {
    this.input = new CodedBits((what) => this.damaged(`of its pixels, ${what}`));
  }

  /** A segment of the file, whatever it is. */
  take({ marker, content, codedFrom, codedTo }: Segment): void {
    if (marker === DEFINE_QUANT) this.defineQuants(content);
    else if (marker === DEFINE_CODES) this.defineCodes(content);
    else if (marker === DEFINE_RESTARTS) this.restartInterval = ((content[0] << 8) | content[1]) & 0xffff;
    else if (marker === START_OF_SCAN) {
      const scan = this.readScan(content);
      this.input.open(this.bytes, codedFrom, codedTo);
      this.decode(scan);
    }
  }

  /** After the last segment. */
  finish(): void {
    for (const component of this.components) {
      if (component.bitsLeft[0] < 0) this.damaged("some of its colours are missing");
      if (this.isProgressive) component.writeAll();
    }
  }

  private damaged(what: string): never {
    return this.refuse("damaged", `is damaged; ${what}`);
  }

  private defineQuants(content: Uint8Array): void {
    for (let at = 0; at < content.length; ) {
      const [wide, index] = [content[at] >> 4, content[at] & 15];
      const values = content.subarray(at + 1, at + 1 + (wide === 1 ? 128 : 64));
      if (wide > 1 || index > 3 || values.length < (wide === 1 ? 128 : 64)) this.damaged("a table makes no sense");
      const value = (k: number): number => (wide === 1 ? (values[2 * k] << 8) | values[2 * k + 1] : values[k]);
      this.quants[index] = Uint16Array.from({ length: 64 }, (_, k) => value(k));
      at += 1 + values.length;
    }
  }

  private defineCodes(content: Uint8Array): void {
    for (let at = 0; at < content.length; ) {
      const [kind, index] = [content[at] >> 4, content[at] & 15];
      const counts = content.subarray(at + 1, at + 17);
      const size = counts.reduce((sum, count) => sum + count, 0);
      const symbols = content.subarray(at + 17, at + 17 + size);
      const isSound = kind <= 1 && index <= 3 && counts.length === 16 && symbols.length === size && size <= 256;
      const code = isSound ? HuffmanCode.of(counts, symbols) : null;
      if (code === null) this.damaged("a table of codes makes no sense");
      (kind === 0 ? this.firstCodes : this.restCodes)[index] = code;
      at += 17 + size;
    }
  }

  private readScan(content: Uint8Array): Scan {
    const senseless = (): never => this.damaged("a scan makes no sense");
    const count = content[0];
    if (!(count >= 1 && count <= this.components.length) || content.length !== 4 + 2 * count) senseless();
    const components = Array.from({ length: count }, (_, i) => {
      const [id, tables] = content.subarray(1 + 2 * i, 3 + 2 * i);
      const component = this.components.find((each) => each.id === id) ?? senseless();
      if (tables >> 4 > 3 || (tables & 15) > 3) senseless();
      component.quant ??= this.quants[component.quantTable];
      return { component, first: this.firstCodes[tables >> 4], rest: this.restCodes[tables & 15] };
    });
    const [from, to, bits] = content.subarray(1 + 2 * count);
    const scan: Scan = this.isProgressive
      ? { components, from, to, high: bits >> 4, low: bits & 15 }
      : { components, from: 0, to: 63, high: 0, low: 0 };
    const { high, low } = scan;
    if (scan.to > 63 || scan.from > scan.to || low > 13 || (high > 0 && high !== low + 1)) senseless();
    if (this.isProgressive && (scan.from === 0 ? scan.to > 0 : count > 1)) senseless();
    const blocks = components.reduce((sum, { component }) => sum + component.across * component.down, 0);
    if (new Set(components.map(({ component }) => component)).size < count) senseless();
    if (count > 1 && blocks > MAX_UNIT_BLOCKS) senseless();
    for (const { component, first, rest } of components) {
      const needsFirst = scan.from === 0 && high === 0;
      if (component.quant === null || (needsFirst && !first) || (scan.to > 0 && !rest)) {
        this.damaged("a table is missing");
      }
      // Each scan goes on where the one before it left the coefficient, which begins with the first of them all.
      const expected = high === 0 ? -1 : high;
      const { bitsLeft } = component;
      if (scan.from > 0 && bitsLeft[0] < 0) senseless();
      for (let k = scan.from; k <= scan.to; k++) if (bitsLeft[k] !== expected) senseless();
      bitsLeft.fill(low, scan.from, scan.to + 1);
    }
    return scan;
  }

  private decode(scan: Scan): void {
    const { components } = scan;
    const [{ component }] = components;
    const isAlone = components.length === 1;
    const columns = isAlone ? component.blockColumns : component.blockStride / component.across;
    const rows = isAlone ? component.blockRows : Math.ceil(component.blockRows / component.down);
    const { restartInterval } = this;
    let restarts = 0;
    let left = 0;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, left--) {
        if (left === 0) {
          if (restarts > 0) this.input.check();
          this.restart(scan, restarts++);
          left = restartInterval > 0 ? restartInterval : rows * columns;
        }
        if (isAlone) this.decodeBlock(scan, components[0], column, row);
        else this.decodeUnit(scan, column, row);
      }
      this.input.check();
    }
  }

  private restart({ components }: Scan, restarts: number): void {
    this.input.restart(restarts);
    this.emptyBlocks = 0;
    for (const { component } of components) component.previous = 0;
  }

  /** Of each component as many blocks as it has for the same piece of the picture. */
  private decodeUnit(scan: Scan, column: number, row: number): void {
    for (const one of scan.components) {
      const { across, down } = one.component;
      for (let v = 0; v < down; v++) {
        for (let h = 0; h < across; h++) this.decodeBlock(scan, one, column * across + h, row * down + v);
      }
    }
  }

  private decodeBlock(scan: Scan, one: ScanComponent, column: number, row: number): void {
    const { component } = one;
    if (!this.isProgressive) {
      this.sequential(one, column, row);
      return;
    }
    const { from, high } = scan;
    const at = 64 * (row * component.blockStride + column);
    if (from > 0) {
      if (high === 0) this.laterFirst(component.coefficients, at, scan, one.rest as HuffmanCode);
      else this.laterRefined(component.coefficients, at, scan, one.rest as HuffmanCode);
    } else if (high === 0) {
      component.coefficients[at] = this.nextFirst(component, one.first as HuffmanCode) << scan.low;
    } else if (this.input.bit() === 1) component.coefficients[at] |= 1 << scan.low;
  }

  /** The first coefficient, which is coded as the difference from the block before. */
  private nextFirst(component: Component, code: HuffmanCode): number {
    const size = this.input.symbol(code);
    if (size > MAX_NUMBER_BITS) this.damaged("of its pixels, a code has no meaning");
    component.previous += this.input.number(size);
    return component.previous;
  }

  /** A whole block. Nearly all of the time goes here, so that the input's state is held in variables. */
  private sequential({ component, first, rest }: ScanComponent, column: number, row: number): void {
    const { input, block } = this;
    const quant = component.quant as Uint16Array;
    const { fast, numbers } = rest as HuffmanCode;
    block[0] = this.nextFirst(component, first as HuffmanCode) * quant[0];
    const { bytes } = input;
    let { at, hold, count } = input;
    let k = 1;
    let isFlat = true;
    while (k < 64) {
      if (count < 16) {
        hold = (hold << 16) | (bytes[at] << 8) | bytes[at + 1];
        at += 2;
        count += 16;
      }
      const next = (hold >>> (count - FAST_BITS)) & FAST_MASK;
      const both = numbers[next];
      if (both !== 0) {
        count -= both & 15;
        k += (both >> 4) & 15;
        if (k > 63) break;
        block[ZIGZAG[k]] = (both >> 8) * quant[k];
        isFlat = false;
        k++;
        continue;
      }
      let symbol = fast[next];
      if (symbol !== 0) {
        count -= symbol & 15;
        symbol >>= 4;
      } else {
        symbol = (rest as HuffmanCode).slow((hold >>> (count - 16)) & 0xffff);
        if (symbol === 0) input.fail("a code has no meaning");
        count -= symbol & 31;
        symbol >>= 5;
      }
      const size = symbol & 15;
      if (size === 0) {
        if (symbol !== 0xf0) break;
        k += 16;
        continue;
      }
      k += symbol >> 4;
      if (k > 63) break;
      if (count < size) {
        hold = (hold << 16) | (bytes[at] << 8) | bytes[at + 1];
        at += 2;
        count += 16;
      }
      count -= size;
      block[ZIGZAG[k]] = numberOf((hold >>> count) & ((1 << size) - 1), size) * quant[k];
      isFlat = false;
      k++;
    }
    input.at = at;
    input.hold = hold;
    input.count = count;
    component.write(block, isFlat, column, row);
    if (!isFlat) block.fill(0);
  }

  /** A range of coefficients but the first, for the first time. */
  private laterFirst(coefficients: Int16Array, at: number, { from, to, low }: Scan, code: HuffmanCode): void {
    if (this.emptyBlocks > 0) {
      this.emptyBlocks--;
      return;
    }
    const { input } = this;
    for (let k = from; k <= to; k++) {
      const symbol = input.symbol(code);
      const [run, size] = [symbol >> 4, symbol & 15];
      if (size > 0) {
        k += run;
        if (k > to) break;
        coefficients[at + k] = input.number(size) << low;
      } else if (run === 15) k += 15;
      else {
        this.emptyBlocks = (1 << run) - 1 + (run > 0 ? input.bits(run) : 0);
        break;
      }
    }
  }

  /** A bit more of a range of coefficients: of those that are not 0 one each, and those that become so. */
  private laterRefined(coefficients: Int16Array, at: number, { from, to, low }: Scan, code: HuffmanCode): void {
    const { input } = this;
    const unit = 1 << low;
    let k = at + from;
    const end = at + to;
    if (this.emptyBlocks === 0) {
      for (; k <= end; k++) {
        const symbol = input.symbol(code);
        const size = symbol & 15;
        let run = symbol >> 4;
        let value = 0;
        if (size > 1) this.damaged("of its pixels, a code has no meaning");
        if (size === 1) value = input.bit() === 1 ? unit : -unit;
        else if (run < 15) {
          this.emptyBlocks = (1 << run) + (run > 0 ? input.bits(run) : 0);
          break;
        }
        for (; k <= end; k++) {
          const known = coefficients[k];
          if (known === 0) {
            if (--run < 0) break;
          } else if (input.bit() === 1 && (known & unit) === 0) coefficients[k] = known + (known > 0 ? unit : -unit);
        }
        if (value !== 0 && k <= end) coefficients[k] = value;
      }
    }
    if (this.emptyBlocks === 0) return;
    for (; k <= end; k++) {
      const known = coefficients[k];
      if (known === 0) continue;
      if (input.bit() === 1 && (known & unit) === 0) coefficients[k] = known + (known > 0 ? unit : -unit);
    }
    this.emptyBlocks--;
  }
}
