// New memory filled with NaN, and guarded: what is never written shows, and so does what is written where nobody asked
// for memory.

import { arena, memoryUsage, watchMemory } from "../../lib/runtime/memory.ts";

/**
 * What blocks are filled with: NaN, in each the number of the block, since arithmetic on what was read behind one operand
 * is the same NaN where it is written behind another.
 */
const FILL = 0xffc00000;
const NUMBERS = 0x003fffff;
/** Blocks are whole cache lines. */
const LINE = 64;
/** Of a line: its content is not known; nobody has it, and it is filled; somebody has it. */
const [UNKNOWN, FREE, LENT] = [0, 1, 2];

/**
 * From now on every block of the arena is filled with NaN as it is lent, and guarded: what lies behind the bytes that
 * were asked for may be read, but neither that nor free memory may be written to.
 *
 * @returns what ends it: throws if something was
 */
export function guardMemory(): () => void {
  let lines = new Uint8Array(memoryUsage().reservedBytes / LINE).fill(UNKNOWN);
  let broken = "";
  /** By address: the number of the block there. */
  const numbers = new Map<number, number>();
  let last = 0;
  /** `bytes` of what a block is filled with; of free memory, number 0. */
  const filling = (number: number, bytes: number): Buffer =>
    Buffer.alloc(bytes, Buffer.from(Uint32Array.of(FILL + number).buffer));
  const expectFilled = (start: number, from: number, to: number, what: string, number = 0): void => {
    const expected = filling(number, to - start).subarray(from - start);
    const content = Buffer.from(arena().u8.buffer, from, to - from);
    if (content.equals(expected)) return;
    broken ||= `byte ${content.findIndex((byte, i) => byte !== expected[i])} ${what} was written to`;
  };
  /** What the memory has grown by is filled. */
  const followGrowth = (): void => {
    const { u8 } = arena();
    if (u8.length / LINE === lines.length) return;
    const more = new Uint8Array(u8.length / LINE).fill(FREE);
    more.set(lines);
    u8.set(filling(0, u8.length - lines.length * LINE), lines.length * LINE);
    lines = more;
  };
  followGrowth();
  watchMemory((isLent, ptr, bytes, size) => {
    followGrowth();
    const block = lines.subarray(ptr / LINE, (ptr + size) / LINE);
    if (isLent && block.every((line) => line === FREE)) expectFilled(ptr, ptr, ptr + size, "of free memory");
    if (!isLent && block[0] === LENT) {
      expectFilled(ptr, ptr + bytes, ptr + size, `behind a block of ${bytes}`, numbers.get(ptr));
    }
    if (isLent) {
      last = (last % NUMBERS) + 1;
      numbers.set(ptr, last);
    }
    arena().u8.set(filling(isLent ? last : 0, size), ptr);
    block.fill(isLent ? LENT : FREE);
  });
  return () => {
    watchMemory(null);
    for (let from = lines.indexOf(FREE); from >= 0; ) {
      let to = from;
      while (lines[to] === FREE) to++;
      expectFilled(from * LINE, from * LINE, to * LINE, "of free memory");
      from = lines.indexOf(FREE, to);
    }
    if (broken) throw new Error(broken);
  };
}

/** Calls `run` with the memory guarded. @throws something was written where nobody had asked for memory */
export function withGuardedMemory<T>(run: () => T): T {
  const end = guardMemory();
  try {
    const result = run();
    end();
    return result;
  } finally {
    watchMemory(null);
  }
}
