import { suite } from "uvu";
import { target as base64 } from "./targets/base64.ts";
import { target as multipart } from "./targets/multipart.ts";
import { target as oipBinary } from "./targets/oip_binary.ts";
import { target as oipJson } from "./targets/oip_json.ts";
import { testTarget } from "./test_target.ts";

const test = suite("fuzzed requests");

// A network is run for each that is accepted, twice with the plain reader's.
testTarget(test, oipJson, 250);
testTarget(test, oipBinary, 250);
testTarget(test, multipart, 250);
testTarget(test, base64, 250);

test.run();
