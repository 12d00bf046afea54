// A reader that dies of its third input, hangs at the sixth, and takes all memory for the ninth: for the test of what runs
// such readers.

import process from "node:process";
import type { FuzzTarget } from "../fuzz/target.ts";

export const target: FuzzTarget<number> = {
  ...{ name: "deadly", errors: [], leastRefusals: 0 },
  mutate: ({ index }) => Uint8Array.of(index),
  read: ([index]) => {
    if (index === 3) process.kill(process.pid, "SIGKILL");
    while (index === 6);
    for (const held: number[][] = []; index === 9; ) held.push(new Array(1e6).fill(0.5));
    return index;
  },
  garbage: () => null,
  describe: String,
};
