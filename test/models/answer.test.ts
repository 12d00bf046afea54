import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OptionError } from "../../lib/index.ts";
import { type Answer, writeAnswer } from "../../models/index.ts";
import { refuses } from "../support/refuses.ts";

const test = suite("an answer");

test("it is written by the names that programs know, and a blank picture's with nulls", () => {
  const answer: Answer = { digit: 7, confidence: 0.9, probabilities: [0.1, 0.9], latencyMs: 0.2, warnings: ["faint"] };
  assert.equal(writeAnswer(answer), {
    ...{ predicted_class: 7, confidence: 0.9, probabilities: [0.1, 0.9], latency_ms: 0.2 },
    warnings: ["faint"],
  });
  const blank: Answer = { digit: null, confidence: null, probabilities: null, latencyMs: null, warnings: [] };
  assert.is(
    JSON.stringify(writeAnswer(blank)),
    '{"predicted_class":null,"confidence":null,"probabilities":null,"latency_ms":null,"warnings":[]}',
  );
  refuses(() => writeAnswer({} as Answer), OptionError, /warnings/);
});

test.run();
