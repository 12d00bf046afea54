import { suite } from "uvu";
import { target as runState } from "./targets/run_state.ts";
import { target as state } from "./targets/state.ts";
import { testTarget } from "./test_target.ts";

const test = suite("fuzzed training states");

testTarget(test, state);
testTarget(test, runState);

test.run();
