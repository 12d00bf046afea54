// The random numbers of one synthetic image, taken one after another from a row drawn for it.

export class Uniforms {
  private at = 0;
  private end = 0;

  constructor(private row: Float32Array) {}

  /** Restarts with the numbers of row[start … start + count). */
  restart(row: Float32Array, start: number, count: number): void {
    this.row = row;
    this.at = start;
    this.end = start + count;
  }

  /** In [0, 1). */
  next(): number {
    if (this.at >= this.end) throw new RangeError("Uniforms: an image asked for more numbers than were drawn for it.");
    return this.row[this.at++];
  }

  uniform(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** Mean 0, deviation 1, within ±√6: the sum of two. */
  triangular(): number {
    return 2.449489742783178 * (this.next() + this.next() - 1);
  }

  /** Mean 0, deviation 1, within ±√12, close to normal: the sum of four. */
  normal(): number {
    return 1.7320508075688772 * (this.next() + this.next() + this.next() + this.next() - 2);
  }
}
