import { suite } from "uvu";
import { target as gzip } from "./targets/gzip.ts";
import { target as idx } from "./targets/idx.ts";
import { testTarget } from "./test_target.ts";

const test = suite("fuzzed data files");

testTarget(test, idx);
testTarget(test, gzip);

test.run();
