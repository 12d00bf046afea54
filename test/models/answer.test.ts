import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OptionError } from "../../lib/index.ts";
import { type Answer, blankAnswer, writeAnswer } from "../../models/index.ts";
import { refuses } from "../support/refuses.ts";

const test = suite("an answer");

test("it is written by the names that programs know, and a blank picture's with nulls", () => {
  const answer: Answer = {
    ...{ digit: 7, confidence: 0.9, probabilities: [0.1, 0.9], latencyMs: 0.2 },
    ...{ isDigit: false, reason: "odd" },
    pixels: new Uint8Array(784),
    warnings: ["faint"],
  };
  assert.equal(writeAnswer(answer), {
    ...{ predicted_class: 7, confidence: 0.9, probabilities: [0.1, 0.9], latency_ms: 0.2 },
    ...{ is_digit: false, reason: "odd" },
    warnings: ["faint"],
  });
  const blank: Answer = { ...blankAnswer([]), warnings: [] };
  assert.is(
    JSON.stringify(writeAnswer(blank)),
    '{"predicted_class":null,"confidence":null,"probabilities":null,"is_digit":false,"reason":"the picture is blank","latency_ms":null,"warnings":[]}',
  );
  refuses(() => writeAnswer({} as Answer), OptionError, /warnings/);
});

test.run();
