// The random numbers that pictures are made of, by the library's own generator, a block at a time.

import { rand } from "../../lib/index.ts";
import type { Random } from "./conditions.ts";

/** Random numbers at a time. */
const BLOCK = 65_536;

/** The same for a condition, whatever others are measured. @param name of the condition */
export function randomOf(name: string): Random {
  const seed = [...name].reduce((sum, letter) => (31 * sum + letter.charCodeAt(0)) % 2 ** 32, 7);
  let block = new Float32Array(0);
  let [at, step] = [0, 0];
  return () => {
    if (at === block.length) {
      const numbers = rand([BLOCK], { seed, step: step++ });
      block = Float32Array.from(numbers.data);
      numbers.dispose();
      at = 0;
    }
    return block[at++];
  };
}
