// @internal Time, counted on from where an earlier process left it.

export class Stopwatch {
  private readonly started = performance.now();

  /** @param before seconds counted already */
  constructor(private readonly before = 0) {}

  get seconds(): number {
    return this.before + (performance.now() - this.started) / 1000;
  }
}
