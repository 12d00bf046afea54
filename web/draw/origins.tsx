// Origins: where networks that are not the shipped ones come from, and the way back.

import { useSignal } from "@preact/signals";
import { Trouble } from "../look/trouble.tsx";
import type { NetworkCard, OwnOrigin } from "../read/messages.ts";
import { cards, readWith, refusal } from "../read/reader.ts";

const ORIGINS: Readonly<Record<OwnOrigin, string>> = {
  taught: "was taught by you",
  trained: "was trained in this page",
  opened: "is from a file",
};

export function Origins() {
  const problem = useSignal<string | null>(null);
  const back = (name: NetworkCard["name"]): void => {
    problem.value = null;
    readWith(name, null).catch((error: Error) => {
      problem.value = error.message;
    });
  };
  const trouble = problem.value ?? refusal.value;
  return (
    <>
      {[...Object.values(cards.value)].reverse().map(({ name, label, origin }) =>
        origin === "shipped" ? null : (
          <p key={name} class="flex flex-wrap items-center justify-between gap-2 px-3 text-sm">
            <span>
              {sentenceCase(label)} {ORIGINS[origin]}.
            </span>
            <button type="button" class="button" onClick={() => back(name)}>
              Back to the original
            </button>
          </p>
        ),
      )}
      {trouble !== null && (
        <Trouble
          text={trouble}
          action="OK"
          onAction={() => {
            problem.value = null;
            refusal.value = null;
          }}
        />
      )}
    </>
  );
}

function sentenceCase(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}
