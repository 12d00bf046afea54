// Verdict: the digit that the leading network reads, how sure it is, and what makes that doubtful.

import { useSignal, useSignalEffect } from "@preact/signals";
import { percent } from "../../models/export/page/percent.ts";
import { Icon } from "../look/icon.tsx";
import { isReady, problem, reading } from "../read/reader.ts";
import { askedServer } from "../read/where.ts";
import { leadingAnswer, leadingDigits } from "./leading.ts";

/** Below this the answer is shown as a guess. */
const SURE = 0.5;
/** The answer is read out when the drawing has been left alone for so long. */
const QUIET_MS = 700;

export function Verdict() {
  const answer = leadingAnswer.value;
  const warnings = doubts();
  return (
    <div class="verdict-panel">
      <p
        class={`digit ${answer && answer.confidence >= SURE && answer.isDigit !== false ? "" : "guess"}`}
        aria-hidden="true"
      >
        {answer ? answer.digit : "?"}
      </p>
      <div class="min-w-0">
        <p class="text-lg font-semibold text-balance tabular-nums">{headline()}</p>
        {!answer && <p class="text-sm text-soft">{invitation()}</p>}
        <ul class="warnings">
          {warnings.map((warning) => (
            <li key={warning}>
              <Icon name="warning" class="mt-0.5" />
              {sentence(warning)}
            </li>
          ))}
        </ul>
      </div>
      <Spoken />
    </div>
  );
}

/** What makes the answer doubtful: above all that it shows no digit. */
function doubts(): string[] {
  const answer = leadingAnswer.value;
  if (!answer) return [];
  const { isDigit, reason } = answer;
  const none = isDigit === false ? [`this may not be a digit${reason ? `: ${reason}` : ""}`] : [];
  return [...none, ...(reading.value?.warnings ?? [])];
}

function headline(): string {
  const answer = leadingAnswer.value;
  if (answer) return `${percent(answer.confidence)} sure`;
  if (problem.value === null) return "Your turn";
  return askedServer.value && askedServer.value.state.kind !== "healthy" ? "No answer" : "Nothing to read";
}

function invitation(): string {
  if (problem.value !== null) return problem.value;
  return isReady.value ? "Two networks read it as you draw." : "The networks are loading.";
}

function Spoken() {
  const text = useSignal("");
  useSignalEffect(() => {
    const answer = leadingAnswer.value;
    const spoken = answer
      ? [`${answer.digit}, ${percent(answer.confidence)} sure.`, ...doubts().map(sentence), ...allSpoken()].join(" ")
      : (problem.value ?? "");
    const timer = setTimeout(() => {
      text.value = spoken;
    }, QUIET_MS);
    return () => clearTimeout(timer);
  });
  return (
    <p role="status" class="sr-only">
      {text.value}
    </p>
  );
}

function allSpoken(): string[] {
  const all = leadingDigits.value;
  return all ? [`${all.length} digits in all: ${all.map(({ digit }) => digit).join(", ")}.`] : [];
}

function sentence(text: string): string {
  const capital = text[0].toUpperCase() + text.slice(1);
  return /[?!.]$/.test(capital) ? capital : `${capital}.`;
}
