import { setTimeout as sleep } from "node:timers/promises";

/**
 * Waits until it is so: by tries rather than by the clock, which goes on while the machine is busy with others.
 *
 * @param otherwise what is wrong if it does not come to that
 */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  otherwise: () => string,
  { tries = 400, everyMs = 50 } = {},
): Promise<void> {
  for (let left = tries; !(await isSo()); left--) {
    if (left === 0) throw new Error(otherwise());
    await sleep(everyMs);
  }
}

/**
 * Waits until what is read is as expected.
 *
 * @param what is read, as the beginning of a sentence: "the workers are"
 */
export async function untilReads(
  what: string,
  read: () => string | Promise<string>,
  expected: string,
  tries?: number,
): Promise<void> {
  let now = "";
  await until(
    async () => {
      now = await read();
      return now === expected;
    },
    () => `${what} ${now}, not ${expected}`,
    { tries },
  );
}
