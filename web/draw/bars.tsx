// Bars: how likely each digit is, by the leading network, and by the others beside it.

import type { ModelName } from "../../models/index.ts";
import { NETWORK_NAMES } from "../read/reader.ts";
import { answerOf, leading } from "./leading.ts";
import { share } from "./share.ts";

const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

export function Bars() {
  const names = [leading.value, ...NETWORK_NAMES.filter((name) => name !== leading.value)];
  return (
    <ol class="bars" aria-label="How likely each digit is, in percent">
      {DIGITS.map((digit) => (
        <Bar key={digit} digit={digit} names={names} />
      ))}
    </ol>
  );
}

function Bar({ digit, names }: { digit: number; names: readonly ModelName[] }) {
  const [answer, ...others] = names.map(answerOf);
  const isBest = answer?.digit === digit;
  return (
    <li class={isBest ? "best" : ""}>
      <span class="tracks" aria-hidden="true">
        <Track part={answer?.probabilities[digit]} kind="lead" />
        {others.map((other, i) => (
          <Track key={names[i + 1]} part={other?.probabilities[digit]} kind="other" />
        ))}
      </span>
      <b>{digit}</b>
      <span class="share">{answer ? share(answer.probabilities[digit]) : "\u00a0"}</span>
    </li>
  );
}

function Track({ part = 0, kind }: { part?: number; kind: "lead" | "other" }) {
  return (
    <span class={`track ${kind}`}>
      <i style={{ "--part": part.toFixed(4) }} />
    </span>
  );
}
