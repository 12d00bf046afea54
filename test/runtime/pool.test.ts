import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Pool } from "../../lib/runtime/pool.ts";
import { tensor, zeros } from "../../lib/tensor/create.ts";

const test = suite("Pool");

test("the pieces of workers that are dead or late are done by the caller", () => {
  const pool = new Pool(3); // whose workers were never started
  const x = tensor([-1, 2, -3, 4, -5, 6, -7]);
  for (let job = 0; job < 300; job++) {
    const y = zeros([7]);
    pool.run("relu_f32", 7, [y.ptr, x.ptr], 0);
    assert.equal([...y.data], [0, 2, 0, 4, 0, 6, 0]);
    y.dispose();
  }
});

test("a kernel that traps on the caller's thread throws, and the pool works on", () => {
  const pool = new Pool(2);
  const x = tensor([-1, 2, -3, 4]);
  const y = zeros([4]);
  assert.throws(() => pool.run("relu_f32", 4, [2 ** 32 - 8, x.ptr], 0), /memory access out of bounds/);
  pool.run("relu_f32", 4, [y.ptr, x.ptr], 0);
  assert.equal([...y.data], [0, 2, 0, 4]);
});

test.run();
