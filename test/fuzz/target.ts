// FuzzTarget: a reader of something from outside, what is thrown at it, and what it must never accept.

import type { Random } from "./random.ts";

export interface FuzzTarget<Value = unknown> {
  /** As `npm run fuzz` and test/corpus/ have it. */
  readonly name: string;
  /** What it may refuse with; anything else that is thrown is a finding. */
  readonly errors: readonly (abstract new (
    ...args: never[]
  ) => Error)[];
  /** The same input for the same random numbers: a whole file, or one that was changed where a reader might trust it. */
  mutate(random: Random): Uint8Array;
  /** What the input is read as. */
  read(input: Uint8Array): Value | Promise<Value>;
  /** What is wrong with something that was accepted; null where nothing is. */
  garbage(value: Value, input: Uint8Array): string | null;
  /** Why something that was refused should have been read; null where it should not. */
  wronglyRefused?(input: Uint8Array, error: unknown): string | null;
  /** The value on a line, as the corpus records it. */
  describe(value: Value): string;
  /** What an error comes to where it is shown; default: its message. */
  said?(error: unknown): string;
  /** The input with its lengths and checksums put right, where it has any: so a finding can be made smaller. */
  repair?(input: Uint8Array): Uint8Array;
  /** Milliseconds that reading it may take; default `LIMIT_MS`. */
  limitMs?(input: Uint8Array): number;
  /** How many kinds of refusal 10,000 mutations meet at least: fewer, and the mutator has gone blind. */
  readonly leastRefusals: number;
}

/** Of one synchronous call. */
export const LIMIT_MS = 50;
/** What one call may add to the memory of the process. */
export const LIMIT_BYTES = 256 * 2 ** 20;
