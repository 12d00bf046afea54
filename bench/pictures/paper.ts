// Paper: a surface of colours that ink, lines and light are put on, as a camera or a program would see them.

import type { Picture } from "../../lib/index.ts";

/** Red, green and blue, 0 to 1. */
export type Colour = readonly [red: number, green: number, blue: number];
/** Of a point, in pixels from the top left corner: 0 outside, 1 inside, between on an edge. */
export type Coverage = (x: number, y: number) => number;

export const grey = (shade: number): Colour => [shade, shade, shade];

export class Paper {
  private readonly colours: Float32Array;
  private readonly alpha: Float32Array;

  constructor(
    readonly width: number,
    readonly height: number,
    colour: Colour = grey(1),
  ) {
    this.colours = Float32Array.from({ length: 3 * width * height }, (_, i) => colour[i % 3]);
    this.alpha = new Float32Array(width * height).fill(1);
  }

  /** Covers what is there, in part where the coverage is. */
  put(colour: Colour, coverage: Coverage): this {
    return this.change((x, y, at) => {
      const share = coverage(x, y);
      if (share > 0) for (let c = 0; c < 3; c++) this.colours[at + c] += share * (colour[c] - this.colours[at + c]);
    });
  }

  /** Multiplies what is there. */
  light(strength: (x: number, y: number) => number): this {
    return this.change((x, y, at) => {
      const factor = strength(x, y);
      for (let c = 0; c < 3; c++) this.colours[at + c] *= factor;
    });
  }

  /** Adds to all three colours alike. */
  add(value: (x: number, y: number) => number): this {
    return this.change((x, y, at) => {
      const sum = value(x, y);
      for (let c = 0; c < 3; c++) this.colours[at + c] += sum;
    });
  }

  /** Makes pixels transparent that are lighter, or darker, than a shade, as "white to transparent" of a drawing program. */
  clear(isCleared: (shade: number) => boolean, hidden: Colour | null = null): this {
    return this.change((_, __, at) => {
      if (!isCleared(this.colours[at])) return;
      this.alpha[at / 3] = 0;
      if (hidden) for (let c = 0; c < 3; c++) this.colours[at + c] = hidden[c];
    });
  }

  inverted(): this {
    return this.change((_, __, at) => {
      for (let c = 0; c < 3; c++) this.colours[at + c] = 1 - this.colours[at + c];
    });
  }

  /** Averages over a square of 2·radius + 1 pixels. */
  blurred(radius: number): this {
    if (radius === 0) return this;
    const { width, height, colours } = this;
    for (const [step, count, lines] of [
      [3, width, height],
      [3 * width, height, width],
    ] as const) {
      const line = new Float32Array(count);
      for (let l = 0; l < lines; l++) {
        const from = step === 3 ? 3 * width * l : 3 * l;
        for (let c = 0; c < 3; c++) {
          for (let i = 0; i < count; i++) line[i] = colours[from + i * step + c];
          for (let i = 0; i < count; i++) {
            let sum = 0;
            for (let k = -radius; k <= radius; k++) sum += line[Math.min(count - 1, Math.max(0, i + k))];
            colours[from + i * step + c] = sum / (2 * radius + 1);
          }
        }
      }
    }
    return this;
  }

  picture(): Picture {
    const { width, height, colours, alpha } = this;
    const data = new Uint8ClampedArray(4 * width * height);
    for (let i = 0; i < width * height; i++) {
      for (let c = 0; c < 3; c++) data[4 * i + c] = 255 * colours[3 * i + c];
      data[4 * i + 3] = 255 * alpha[i];
    }
    return { width, height, data };
  }

  private change(each: (x: number, y: number, at: number) => void): this {
    for (let y = 0, at = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++, at += 3) each(x + 0.5, y + 0.5, at);
    }
    return this;
  }
}

/** Everything within a distance of `half` from what `distance` measures from, with an edge one pixel wide. */
export const within = (half: number, distance: (x: number, y: number) => number): Coverage => {
  return (x, y) => Math.min(1, Math.max(0, half - distance(x, y) + 0.5));
};

/** A filled rectangle, with edges between pixels as given. */
export function rectangle(left: number, top: number, right: number, bottom: number): Coverage {
  const [cx, cy] = [(left + right) / 2, (top + bottom) / 2];
  const [a, b] = [(right - left) / 2, (bottom - top) / 2];
  return (x, y) => {
    const across = Math.min(1, Math.max(0, a - Math.abs(x - cx) + 0.5));
    return across * Math.min(1, Math.max(0, b - Math.abs(y - cy) + 0.5));
  };
}

/** The outline of a rectangle, `width` wide. */
export function box(left: number, top: number, right: number, bottom: number, width: number): Coverage {
  const [cx, cy] = [(left + right) / 2, (top + bottom) / 2];
  const [a, b] = [(right - left) / 2, (bottom - top) / 2];
  return within(width / 2, (x, y) => {
    const [u, v] = [Math.abs(x - cx) - a, Math.abs(y - cy) - b];
    return u > 0 && v > 0 ? Math.hypot(u, v) : Math.abs(Math.max(u, v));
  });
}

export function ring(cx: number, cy: number, radius: number, width: number): Coverage {
  return within(width / 2, (x, y) => Math.abs(Math.hypot(x - cx, y - cy) - radius));
}

/** A straight line between two points. */
export function line(x0: number, y0: number, x1: number, y1: number, width: number): Coverage {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy;
  return within(width / 2, (x, y) => {
    const t = Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / length));
    return Math.hypot(x - x0 - t * dx, y - y0 - t * dy);
  });
}
