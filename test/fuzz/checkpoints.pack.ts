import { suite } from "uvu";
import { target as checkpoint } from "./targets/checkpoint.ts";
import { target as safetensors } from "./targets/safetensors.ts";
import { testTarget } from "./test_target.ts";

const test = suite("fuzzed checkpoints");

testTarget(test, safetensors);
testTarget(test, checkpoint);

test.run();
