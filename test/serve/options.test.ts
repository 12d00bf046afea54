// What a server can be told: the same ranges for the library as for the command line.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OptionError } from "../../lib/index.ts";
import { RANGES, type ServeOptions, serveSettings } from "../../serve/options.ts";

const test = suite("options of a server");

function refused(options: ServeOptions, says: RegExp): void {
  try {
    serveSettings(options);
  } catch (error) {
    assert.instance(error, OptionError);
    assert.match((error as Error).message, says);
    return;
  }
  assert.unreachable(JSON.stringify(options));
}

test("every number has its range: the ends are in it, what is beyond is refused", () => {
  for (const [name, range] of Object.entries(RANGES)) {
    const { isInteger, min, max, above } = range as { isInteger?: boolean; min?: number; max?: number; above?: number };
    const says = new RegExp(`^serve: ${name} must be an? (integer|number) .*; got `);
    const beside = { rateLimit: undefined, ...(name === "metricsPort" ? { port: 1 } : {}) };
    for (const end of [min, max]) {
      if (end !== undefined) assert.is(serveSettings({ ...beside, [name]: end })[name as keyof typeof RANGES], end);
    }
    if (min !== undefined) refused({ [name]: min - 1 }, says);
    if (max !== undefined) refused({ [name]: max + 1 }, says);
    if (above !== undefined) refused({ [name]: above }, says);
    if (isInteger) refused({ [name]: 1e4 + 0.5 }, says);
    for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, "8", null]) refused({ [name]: wrong }, says);
  }
});

test("durations have the command line's maxima", () => {
  refused({ timeoutSeconds: 3601 }, /timeoutSeconds must be a number > 0 and ≤ 3600; got 3601\.$/);
  refused({ drainDelaySeconds: 3601 }, /drainDelaySeconds must be a number ≥ 0 and ≤ 3600; got 3601\.$/);
  refused({ maxQueueDelayMs: 1001 }, /maxQueueDelayMs must be a number ≥ 0 and ≤ 1000; got 1001\.$/);
});

test("the metrics' port is another one than the server's", () => {
  refused({ port: 9000, metricsPort: 9000 }, /port and metricsPort are both 9000/);
  refused({ metricsPort: 8000 }, /port and metricsPort are both 8000/);
  assert.is(serveSettings({ port: 0, metricsPort: 0 }).metricsPort, 0);
});

test.run();
