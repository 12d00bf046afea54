import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sub } from "../../lib/ops/sub.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { testBroadcasting } from "../support/broadcasting.ts";

const test = suite("sub");

testBroadcasting(test, "sub", sub, (a, b) => a - b);

test("a number stands for a scalar, on either side", () => {
  assert.equal([...sub(tensor([1, 2, 3]), 10).data], [-9, -8, -7]);
  assert.is(sub(8, tensor(2)).item(), 6);
});

test.run();
