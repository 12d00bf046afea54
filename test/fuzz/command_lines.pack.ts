import { suite } from "uvu";
import { target as commandLine } from "./targets/command_line.ts";
import { testTarget } from "./test_target.ts";

const test = suite("fuzzed command lines");

testTarget(test, commandLine);

test.run();
