// TensorBoard's event files, as a resumed run opens one that somebody has shortened or changed: what is whole is kept, and
// events are added.
//
// Garbage: a file that a reader of TensorBoard's could not read to its end, after an event was added to it.

import { readFileSync } from "node:fs";
import { RuntimeError } from "../../../lib/base/errors.ts";
import { encodeEvent, encodeFileVersion } from "../../../lib/formats/tensorboard.ts";
import { RunLog } from "../../../store/runs/run_log.ts";
import { readEvents } from "../../support/read_events.ts";
import { fileWith, fuzzFolder } from "../in_folder.ts";
import { concat, mutateBytes } from "../mutate_bytes.ts";
import type { Random } from "../random.ts";
import type { FuzzTarget } from "../target.ts";

const STARTED = "2026-01-02T03:04:05.000Z";
const NAME = `events.out.tfevents.${Date.parse(STARTED) / 1000}.simdgrad`;

export const target: FuzzTarget<Uint8Array> = {
  name: "events",
  errors: [RuntimeError],
  mutate: (random) => {
    const records = Array.from({ length: random.between(0, 6) }, (_, i) => eventOf(random, i));
    const file = concat(encodeFileVersion(1767323045), ...records);
    if (random.oneIn(4)) return file.slice(0, random.below(file.length + 1));
    if (random.oneIn(6)) return claiming(random, file);
    return random.oneIn(2) ? mutateBytes(random, file) : file;
  },
  read: (input) => {
    const path = fileWith(NAME, input);
    const log = new RunLog(
      fuzzFolder(),
      STARTED,
      { epochs: 1, stepsPerEpoch: 1 },
      { metrics: 0, events: input.length + 1 },
    );
    try {
      log.step({ epoch: 1, step: 1, stepsPerEpoch: 1, loss: 0.5, learningRate: 0.1, samplesPerSecond: 1 });
    } finally {
      log.close();
    }
    return new Uint8Array(readFileSync(path));
  },
  garbage: (file, input) => {
    try {
      const events = readEvents(file);
      return events.length < 2 ? "a file that lost what was just added" : null;
    } catch (error) {
      const kept = input.length;
      return `a file that breaks off, ${(error as Error).message}, of ${kept > 0 ? "some" : "no"} bytes`;
    }
  },
  describe: (file) => `${readEvents(file).length} events`,
  leastRefusals: 0,
};

function eventOf(random: Random, step: number): Uint8Array {
  const scalars: Record<string, number> = random.pick([
    { "loss/step": 0.5 },
    { "loss/step": Number.NaN, learning_rate: 1e-3 },
    {},
  ] as Record<string, number>[]);
  return encodeEvent({ wallTime: 1767323045 + step, step, scalars });
}

/** A record whose length is not that of its data. */
function claiming(random: Random, file: Uint8Array): Uint8Array {
  const result = file.slice();
  const at = random.oneIn(2) ? 0 : random.below(Math.max(1, file.length - 8));
  new DataView(result.buffer).setBigUint64(
    at,
    random.pick([0n, 1n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 64n - 16n]),
    true,
  );
  return result;
}
