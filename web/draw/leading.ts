// Which network leads: the chosen one, or until it is ready another.

import { computed } from "@preact/signals";
import { type Answer, DEFAULT_MODEL, type ModelName } from "../../models/index.ts";
import { settings } from "../app/place.ts";
import { cards, NETWORK_NAMES, reading } from "../read/reader.ts";

/** The chosen one, ready or not. */
export const chosen = computed(() => NETWORK_NAMES.find((name) => name === settings.value.lead) ?? DEFAULT_MODEL);
export const leading = computed<ModelName>(() => {
  const ready = NETWORK_NAMES.filter((name) => cards.value[name]);
  return ready.find((name) => name === chosen.value) ?? ready[0] ?? chosen.value;
});
/** What the leading network says; null where there is nothing to read. */
export const leadingAnswer = computed(() => answerOf(leading.value));

export function answerOf(name: ModelName): SureAnswer | null {
  const answer = reading.value?.answers[name];
  return answer && answer.digit !== null ? (answer as SureAnswer) : null;
}

/** An answer that says something. */
export type SureAnswer = { readonly [Field in keyof Answer]: NonNullable<Answer[Field]> };
