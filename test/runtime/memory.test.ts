import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { READ_SLACK } from "../../lib/runtime/kernel_abi.ts";
import { allocate, arena, memoryUsage, release, watchMemory } from "../../lib/runtime/memory.ts";
import { withGuardedMemory } from "../support/guarded_memory.ts";

const test = suite("memory");

/** What a block of `bytes` takes, in whole cache lines. */
const taken = (bytes: number): number => Math.ceil((bytes + READ_SLACK) / 64) * 64;

interface Block {
  ptr: number;
  bytes: number;
}

/** What a program does: take so many bytes, or give back one of those it holds. */
const actions = fc.array(
  fc.oneof(
    fc.record({ take: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 100_000 })) }),
    fc.record({ give: fc.nat() }),
  ),
  { maxLength: 120 },
);

test("blocks are aligned, never overlap, and all come back, whatever the order", () => {
  fc.assert(
    fc.property(actions, (list) => {
      const start = memoryUsage();
      const held: Block[] = [];
      for (const action of list) {
        if ("take" in action) {
          const block = { ptr: allocate(action.take), bytes: action.take };
          assert.is(block.ptr % 64, 0);
          assert.ok(block.ptr + block.bytes + READ_SLACK <= arena().u8.length);
          for (const other of held) {
            const isApart =
              block.ptr + block.bytes + READ_SLACK <= other.ptr || other.ptr + other.bytes + READ_SLACK <= block.ptr;
            assert.ok(isApart, `${JSON.stringify(block)} and ${JSON.stringify(other)}`);
          }
          held.push(block);
        } else if (held.length > 0) {
          const [block] = held.splice(action.give % held.length, 1);
          release(block.ptr, block.bytes);
        }
        assert.is(memoryUsage().blocks, start.blocks + held.length);
      }
      for (const { ptr, bytes } of held) release(ptr, bytes);
      assert.is(memoryUsage().inUseBytes, start.inUseBytes);
      // All free memory has grown together again: one block can take it, and the arena need not grow.
      const { reservedBytes, inUseBytes } = memoryUsage();
      const all = reservedBytes - 65536 - inUseBytes - READ_SLACK;
      if (all > 0) release(allocate(all), all);
      assert.is(memoryUsage().reservedBytes, reservedBytes);
    }),
    { numRuns: 200 },
  );
});

test("the same requests find the same blocks again, and take nothing more from the host", () => {
  const step = (): number[] => {
    const sizes = [1000, 64, 5000, 8, 70_000, 300];
    const blocks = sizes.map((bytes) => ({ ptr: allocate(bytes), bytes }));
    release(blocks[1].ptr, blocks[1].bytes);
    blocks[1].ptr = allocate(blocks[1].bytes);
    for (const { ptr, bytes } of blocks) release(ptr, bytes);
    return blocks.map(({ ptr }) => ptr);
  };
  const first = step();
  const { reservedBytes } = memoryUsage();
  for (let i = 0; i < 100; i++) assert.equal(step(), first);
  assert.is(memoryUsage().reservedBytes, reservedBytes);
});

test("more than the host has is refused in one line, and nothing is lost", () => {
  const before = memoryUsage();
  assert.throws(() => allocate(2 ** 32), /allocate: out of memory; \d+ bytes are in use and \d+ are needed in all/);
  assert.equal(memoryUsage(), before);
  release(allocate(100), 100);
  assert.is(memoryUsage().inUseBytes, before.inUseBytes);
});

test("neighbours that are free become one block, whichever is released first", () => {
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [0, 2, 1],
    [1, 0, 2],
  ]) {
    const sizes = [10_000, 20_000, 30_000];
    const total = sizes.reduce((sum, bytes) => sum + taken(bytes), 0);
    const hole = allocate(total - READ_SLACK);
    const fence = allocate(1);
    release(hole, total - READ_SLACK);
    const blocks = sizes.map((bytes) => allocate(bytes));
    for (const i of order) release(blocks[i], sizes[i]);
    const again = allocate(total - READ_SLACK);
    assert.is(again, hole, `order ${order}`);
    release(again, total - READ_SLACK);
    release(fence, 1);
  }
});

test("the smallest hole that fits is taken", () => {
  const sizes = [5000, 64, 2000, 64, 3000, 64];
  const blocks = sizes.map((bytes) => allocate(bytes));
  for (const i of [0, 2, 4]) release(blocks[i], sizes[i]);
  const best = allocate(1900);
  assert.is(best, blocks[2]);
  release(best, 1900);
  for (const i of [1, 3, 5]) release(blocks[i], sizes[i]);
});

test("a watcher hears of every block, as it is lent and as it comes back", () => {
  const heard: unknown[] = [];
  watchMemory((...event) => heard.push(event));
  const ptr = allocate(40);
  release(ptr, 40);
  watchMemory(null);
  release(allocate(40), 40);
  assert.equal(heard, [
    [true, ptr, 40, 128],
    [false, ptr, 40, 128],
  ]);
});

test("in guarded memory new blocks are NaN, and what is written behind one or where none is shows at the end", () => {
  const write = (at: number, whenReturned = false): void =>
    withGuardedMemory(() => {
      const ptr = allocate(40);
      assert.ok([...arena().f32.subarray(ptr / 4, ptr / 4 + 10)].every(Number.isNaN));
      if (!whenReturned) arena().u8[ptr + at] = 7;
      release(ptr, 40);
      if (whenReturned) arena().u8[ptr + at] = 7;
    });
  write(39);
  assert.throws(() => write(40), /byte 0 behind a block of 40 was written to/);
  assert.throws(() => write(127), /byte 87 behind a block of 40 was written to/);
  assert.throws(() => write(0, true), /of free memory was written to/);
  const { u8 } = arena();
  const last = u8.length - 1;
  assert.throws(() => withGuardedMemory(() => u8.fill(7, last)), /of free memory was written to/);
  const reused = (): void =>
    withGuardedMemory(() => {
      const ptr = allocate(4000);
      release(ptr, 4000);
      u8[ptr + 17] = 7;
      release(allocate(4000), 4000); // what was written there is gone with it
    });
  assert.throws(reused, /byte 17 of free memory was written to/);
});

test.run();
