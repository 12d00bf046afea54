import { suite } from "uvu";
import { target as drawing } from "./targets/drawing.ts";
import { target as jpeg } from "./targets/jpeg.ts";
import { target as picture } from "./targets/picture.ts";
import { target as png } from "./targets/png.ts";
import { testTarget } from "./test_target.ts";

const test = suite("fuzzed pictures");

testTarget(test, png);
testTarget(test, picture);
testTarget(test, jpeg, 1000);
// Each is drawn in a millisecond.
testTarget(test, drawing, 1000);

test.run();
