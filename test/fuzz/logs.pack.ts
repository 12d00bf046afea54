import { suite } from "uvu";
import { target as events } from "./targets/events.ts";
import { target as metrics } from "./targets/metrics.ts";
import { target as trainEvent } from "./targets/train_event.ts";
import { testTarget } from "./test_target.ts";

const test = suite("fuzzed logs");

testTarget(test, metrics);
testTarget(test, events);
testTarget(test, trainEvent);

test.run();
