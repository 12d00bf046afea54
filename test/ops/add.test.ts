import { suite } from "uvu";
import * as assert from "uvu/assert";
import { add } from "../../lib/ops/add.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { testBroadcasting } from "../support/broadcasting.ts";

const test = suite("add");

testBroadcasting(test, "add", add, (a, b) => a + b);

test("a number stands for a scalar, on either side", () => {
  assert.equal([...add(tensor([1, 2, 3]), 10).data], [11, 12, 13]);
  assert.is(add(8, tensor(2)).item(), 10);
});

test.run();
