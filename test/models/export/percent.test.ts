import { suite } from "uvu";
import * as assert from "uvu/assert";
import { percent } from "../../../models/export/page/percent.ts";

const test = suite("shares on an exported page");

test("a share that is not quite certain is not called so", () => {
  const shares = [0, 0.424, 0.985, 0.99, 0.9979, 0.99989, 0.9999, 1];
  assert.equal(shares.map(percent), ["0 %", "42 %", "99 %", "99.0 %", "99.7 %", "99.9 %", "100 %", "100 %"]);
});

test.run();
