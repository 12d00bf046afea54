// metrics.jsonl, as a resumed run opens it and draws it: the lines that count, and curves.svg.
//
// Garbage: a step that is not in the run, or a figure that is not finite; a note on a bad line that is not one line; a picture that is not well-formed XML, or has a number in it that
// is none; a file that does not end with a line after it was opened.

import { readFileSync } from "node:fs";
import { crc32 } from "../../../lib/base/crc32.ts";
import { DataError } from "../../../lib/base/errors.ts";
import { escapeControls } from "../../../lib/base/printable.ts";
import { curvesSvg, type StepPoint } from "../../../lib/plot/index.ts";
import { RunLog } from "../../../store/runs/run_log.ts";
import { parseXml } from "../../support/parse_xml.ts";
import { fileWith, fuzzFolder } from "../in_folder.ts";
import { mutateBytes, utf8 } from "../mutate_bytes.ts";
import { mutateJson } from "../mutate_json.ts";
import type { Random } from "../random.ts";
import type { FuzzTarget } from "../target.ts";

interface Log {
  steps: readonly StepPoint[];
  /** What is said of the first line that is of no use. */
  damage: string | null;
  /** Null where nothing is drawn. */
  svg: string | null;
  left: Uint8Array;
}

const LENGTH = { epochs: 5, stepsPerEpoch: 100 };
const STARTED = "2026-01-02T03:04:05.000Z";

export const target: FuzzTarget<Log> = {
  name: "metrics",
  errors: [DataError],
  mutate: (random) => {
    const lines = Array.from({ length: random.between(1, 8) }, (_, i) => {
      const line = metricsLine(random, i);
      return random.oneIn(3) ? mutateJson(random, line) : JSON.stringify(line);
    });
    const text = utf8(lines.join("\n") + (random.oneIn(4) ? "" : "\n"));
    return random.oneIn(12) ? mutateBytes(random, text) : text;
  },
  read: (input) => {
    const path = fileWith("metrics.jsonl", input);
    // More than there is: somebody took some away, and the rest counts as far as it is whole.
    const log = new RunLog(fuzzFolder(), STARTED, LENGTH, { metrics: input.length + 1, events: 0 });
    const { steps, damage } = log;
    try {
      const history = { epochs: [], best: null, kept: null, stopped: null };
      const svg = steps.length === 0 ? null : curvesSvg(history, { steps, title: "linear" });
      return { steps, damage, svg, left: new Uint8Array(readFileSync(path)) };
    } finally {
      log.close();
    }
  },
  garbage: ({ steps, damage, svg, left }) => {
    for (const { epoch, step, loss, learningRate } of steps) {
      if (![loss, learningRate].every(Number.isFinite)) return "a figure that is not finite";
      const isPlace = Number.isSafeInteger(epoch) && Number.isSafeInteger(step) && epoch >= 1 && step >= 1;
      if (!isPlace || epoch > LENGTH.epochs || step > LENGTH.stepsPerEpoch) return "a place that is not in the run";
    }
    if (damage !== null && (escapeControls(damage) !== damage || damage.length > 300)) return "a note that is no line";
    if (left.length > 0 && left.at(-1) !== 0x0a) return "a line without its end";
    if (svg === null) return null;
    if (/NaN|Infinity|undefined/.test(svg)) return "a picture with a number that is none";
    // One in eight as a whole: that takes longer than all the rest.
    if (crc32(left) % 8 === 0) parseXml(svg);
    return null;
  },
  describe: ({ steps, damage }) => `${steps.length} steps, ${damage === null ? "all whole" : "a bad line"}`,
  // A bad line costs itself, and is noted.
  leastRefusals: 0,
};

function metricsLine(random: Random, i: number): Record<string, unknown> {
  const [epoch, learning_rate] = [1 + (i >> 1), 0.001];
  if (random.oneIn(3)) {
    return {
      ...{ kind: "epoch", epoch, step: 100 * epoch, train_loss: 0.5, train_accuracy: 0.9, validation_loss: 0.4 },
      ...{ validation_accuracy: 0.91, learning_rate, seconds: 3.5, samples_per_second: 50000 },
    };
  }
  return { kind: "step", step: 50 * (i + 1), epoch, loss: 0.7 / (i + 1), learning_rate };
}
