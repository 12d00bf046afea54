import { suite } from "uvu";
import { target as runRecord } from "./targets/run_record.ts";
import { target as versions } from "./targets/versions.ts";
import { testTarget } from "./test_target.ts";

const test = suite("fuzzed records");

testTarget(test, runRecord);
testTarget(test, versions);

test.run();
