// Prometheus' text format, read strictly: what a scrape holds, series by series.

import * as assert from "uvu/assert";

const LINE = /^([a-z_][a-z0-9_]*(?:\{(?:[a-z_]+="(?:[^"\\]|\\.)*",?)*\})?) (-?[0-9.e+-]+|NaN|[+-]Inf)$/i;

/** @returns series as they are written, `name{label="value"}`, and their values */
export function samplesOf(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("# HELP ") || line.startsWith("# TYPE ")) continue;
    const [, series, value] = LINE.exec(line) ?? [];
    assert.ok(series, `not a sample: ${line}`);
    assert.not(samples.has(series), `twice: ${series}`);
    samples.set(series, Number(value.replace("Inf", "Infinity")));
  }
  return samples;
}
