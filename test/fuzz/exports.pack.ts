import { suite } from "uvu";
import { target as exported } from "./targets/exported.ts";
import { testTarget } from "./test_target.ts";

const test = suite("fuzzed exports");

testTarget(test, exported);

test.run();
