import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Pool } from "../../lib/runtime/pool.ts";
import { tensor, zeros } from "../../lib/tensor/create.ts";

const test = suite("Pool");

test("the shares of workers that are dead are done by the caller, and in the end the pool says so", () => {
  const pool = new Pool(3); // whose workers were never started
  const x = tensor([-1, 2, -3, 4, -5, 6, -7]);
  for (let job = 0; job < 11; job++) {
    const y = zeros([7]);
    assert.not(pool.isDead);
    pool.run("relu_f32", 7, [y.ptr, x.ptr], 0);
    assert.equal([...y.data], [0, 2, 0, 4, 0, 6, 0]);
  }
  assert.ok(pool.isDead);
});

test.run();
