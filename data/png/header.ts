// What a PNG says of its pixels in its chunk IHDR.

export interface Header {
  readonly width: number;
  readonly height: number;
  /** Bits a sample. */
  readonly depth: number;
  readonly colourType: number;
  readonly isInterlaced: boolean;
}

/** Per colour type: its channels, and the depths it may have. */
export const COLOUR_TYPES: Readonly<Record<number, { channels: number; depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] }, // grey
  2: { channels: 3, depths: [8, 16] }, // RGB
  3: { channels: 1, depths: [1, 2, 4, 8] }, // palette
  4: { channels: 2, depths: [8, 16] }, // grey, alpha
  6: { channels: 4, depths: [8, 16] }, // RGB, alpha
};

/** A pass over the picture: where its pixels lie, and how many there are. */
export interface Pass {
  readonly left: number;
  readonly top: number;
  readonly columnStep: number;
  readonly rowStep: number;
  readonly columns: number;
  readonly rows: number;
  /** Of a row, without the filter's byte. */
  readonly rowBytes: number;
}

/** Adam7: of each pass the first column and row, and the steps between them. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** The passes in which the rows come, without those that have no pixels: one, or seven of a picture that is interlaced. */
export function passesOf({ width, height, depth, colourType, isInterlaced }: Header): Pass[] {
  const bits = depth * COLOUR_TYPES[colourType].channels;
  return (isInterlaced ? ADAM7 : [[0, 0, 1, 1]])
    .map(([left, top, columnStep, rowStep]) => {
      const columns = Math.ceil((width - left) / columnStep);
      const rows = Math.ceil((height - top) / rowStep);
      return { left, top, columnStep, rowStep, columns, rows, rowBytes: Math.ceil((columns * bits) / 8) };
    })
    .filter(({ columns, rows }) => columns > 0 && rows > 0);
}
