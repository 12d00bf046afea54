import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OptionError } from "../../lib/index.ts";
import { linear, measureSpeed, SPEED_BATCH } from "../../models/index.ts";

const test = suite("measureSpeed");

const network = linear({ seed: 1 });
const blank = [new Uint8Array(784)];

test("median and 99th percentile of a thousand readings, and the rate in batches, by the clock it was given", async () => {
  // A reading that counts asks the clock four times, twice of them in the classifier, one that warms up three times. From
  // call x on it takes (x + 3)² − x² ms.
  let asked = 0;
  const clock = (): number => (asked++) ** 2;
  const time = (x: number): number => 6 * x + 9;
  const speed = await measureSpeed(network, blank, { clock });
  const [single, batch] = [3 * 100, 3 * 100 + 4 * 1000 + 3 * 6];
  assert.is(speed.medianMs, time(single + 4 * 500));
  assert.is(speed.p99Ms, time(single + 4 * 990));
  assert.is(speed.imagesPerSecond, SPEED_BATCH / (time(batch + 4 * 15) / 1000));
});

test("a signal stops it; without a picture there is nothing to measure", async () => {
  const controller = new AbortController();
  controller.abort(new Error("enough"));
  const refusal = async (pictures: Uint8Array[], signal?: AbortSignal): Promise<unknown> =>
    measureSpeed(network, pictures, { signal }).catch((error: unknown) => error);
  assert.is(((await refusal(blank, controller.signal)) as Error).message, "enough");
  assert.instance(await refusal([]), OptionError);
});

test.run();
