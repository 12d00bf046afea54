// Which network leads: the chosen one, or until it is ready another.

import { computed } from "@preact/signals";
import { DEFAULT_MODEL, type ModelName, type ReadAnswer } from "../../models/index.ts";
import { settings } from "../app/place.ts";
import { allDigits, cards, NETWORK_NAMES, reading } from "../read/reader.ts";

/** The chosen one, ready or not. */
export const chosen = computed(() => NETWORK_NAMES.find((name) => name === settings.value.lead) ?? DEFAULT_MODEL);
export const leading = computed<ModelName>(() => {
  const ready = NETWORK_NAMES.filter((name) => cards.value[name]);
  return ready.find((name) => name === chosen.value) ?? ready[0] ?? chosen.value;
});
/** What the leading network says; null where there is nothing to read. */
export const leadingAnswer = computed(() => answerOf(leading.value));

/** All digits, as the leading network reads them, where they are several; null otherwise. */
export const leadingDigits = computed(() => {
  const digits = allDigits.value?.digits[leading.value] ?? [];
  return digits.length > 1 ? digits : null;
});

export function answerOf(name: ModelName): ReadAnswer | null {
  const answer = reading.value?.answers[name];
  return answer && answer.digit !== null ? (answer as ReadAnswer) : null;
}
