// Component: the samples of luma, or of one of two differences, as a picture of their own, smaller by a factor.

import type { FrameComponent, JpegHeader } from "./header.ts";
import { MeanTransform } from "./mean_transform.ts";

/** Where each coefficient stands in its block, in the order in which they are coded: along diagonals, to and fro. */
export const ZIGZAG = Uint8Array.of(
  ...[0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21],
  ...[28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61],
  ...[54, 47, 55, 62, 63],
);

export class Component {
  readonly id: number;
  readonly across: number;
  readonly down: number;
  readonly quantTable: number;
  /** Blocks that hold samples of the picture: a scan of this component alone has those. */
  readonly blockColumns: number;
  readonly blockRows: number;
  /** Blocks in a row, with those that fill up a scan of several components. */
  readonly blockStride: number;
  /** Of a progressive picture: 64 for each block, as they are coded; else empty. */
  readonly coefficients: Int16Array;
  /** The samples, and how many there are in a row. */
  readonly samples: Uint8ClampedArray;
  readonly stride: number;
  /** Which of them belongs to each column and row of the picture. */
  readonly columnOf: Int32Array;
  readonly rowOf: Int32Array;
  /** Of a scan's blocks the one before: its first coefficient. */
  previous = 0;
  /** What coefficients were divided by, as they are coded; null: not yet said. */
  quant: Uint16Array | null = null;
  /** Per coefficient the bits of it that are still to come; −1: all of them. */
  readonly bitsLeft = new Int8Array(64).fill(-1);
  private readonly transform: MeanTransform;
  private readonly sampleColumns: number;
  private readonly sampleRows: number;
  private readonly block = new Int32Array(64);

  /**
   * @param step by how much the picture becomes smaller: 1, 2, 4 or 8
   * @param columns of the picture that is made, and rows
   */
  constructor(
    { id, across, down, quantTable }: FrameComponent,
    header: JpegHeader,
    step: number,
    columns: number,
    rows: number,
  ) {
    this.id = id;
    this.across = across;
    this.down = down;
    this.quantTable = quantTable;
    const { width, height } = header;
    const maxAcross = Math.max(...header.components.map((component) => component.across));
    const maxDown = Math.max(...header.components.map((component) => component.down));
    this.blockColumns = Math.ceil(Math.ceil((width * across) / maxAcross) / 8);
    this.blockRows = Math.ceil(Math.ceil((height * down) / maxDown) / 8);
    this.blockStride = Math.ceil(width / (8 * maxAcross)) * across;
    const blocks = this.blockStride * Math.ceil(height / (8 * maxDown)) * down;
    this.coefficients = new Int16Array(header.isProgressive ? 64 * blocks : 0);
    // A component with fewer samples than the picture has pixels becomes smaller by less.
    const acrossStep = largestPower((step * across) / maxAcross);
    const downStep = largestPower((step * down) / maxDown);
    this.sampleColumns = 8 / acrossStep;
    this.sampleRows = 8 / downStep;
    this.stride = this.blockStride * this.sampleColumns;
    this.samples = new Uint8ClampedArray(blocks * this.sampleColumns * this.sampleRows);
    this.transform = new MeanTransform(this.sampleColumns, this.sampleRows);
    const acrossRatio = (step * across) / maxAcross / acrossStep;
    const downRatio = (step * down) / maxDown / downStep;
    this.columnOf = new Int32Array(columns).map((_, x) => (x + 0.5) * acrossRatio);
    this.rowOf = new Int32Array(rows).map((_, y) => (y + 0.5) * downRatio);
  }

  /** @param block 64 coefficients, row by row. @param isFlat all but the first are 0 */
  write(block: Int32Array, isFlat: boolean, column: number, row: number): void {
    const at = row * this.sampleRows * this.stride + column * this.sampleColumns;
    if (isFlat) this.transform.writeFlat(block[0], this.samples, at, this.stride);
    else this.transform.write(block, this.samples, at, this.stride);
  }

  /** All blocks from their coefficients, of a progressive picture. */
  writeAll(): void {
    const { block, coefficients, blockColumns, blockRows, blockStride } = this;
    const quant = this.quant as Uint16Array;
    for (let row = 0; row < blockRows; row++) {
      for (let column = 0; column < blockColumns; column++) {
        const from = 64 * (row * blockStride + column);
        block[0] = coefficients[from] * quant[0];
        let rest = 0;
        for (let k = 1; k < 64; k++) {
          const value = coefficients[from + k];
          rest |= value;
          block[ZIGZAG[k]] = value * quant[k];
        }
        this.write(block, rest === 0, column, row);
      }
    }
  }
}

/** The largest power of two that is no larger, and at least 1. */
function largestPower(value: number): number {
  return value >= 8 ? 8 : value >= 4 ? 4 : value >= 2 ? 2 : 1;
}
