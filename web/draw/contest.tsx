// Contest: the networks side by side on one drawing, and the choice of which leads.

import { percent } from "../../models/export/page/percent.ts";
import type { ModelName } from "../../models/index.ts";
import { change } from "../app/place.ts";
import { Later, type Load } from "../look/later.tsx";
import { title } from "../look/title.ts";
import { cards, latencies, NETWORK_NAMES, refusal } from "../read/reader.ts";
import { askedServer } from "../read/where.ts";
import { answerOf, chosen, leading } from "./leading.ts";

export function Contest() {
  return (
    <fieldset class="contest">
      <legend class="sr-only">Which network leads</legend>
      {[...NETWORK_NAMES].reverse().map((name) => (
        <Contestant key={name} name={name} />
      ))}
      {hasOwn() && <Later load={origins} />}
    </fieldset>
  );
}

const origins: Load = async () => (await import("./origins.tsx")).Origins;

function hasOwn(): boolean {
  // A server has networks of its own.
  if (askedServer.value) return false;
  return refusal.value !== null || NETWORK_NAMES.some((name) => (cards.value[name]?.origin ?? "shipped") !== "shipped");
}

function Contestant({ name }: { name: ModelName }) {
  const card = cards.value[name];
  const answer = answerOf(name);
  const latency = latencies.value[name];
  const accuracy =
    askedServer.value !== null || card?.testAccuracy == null
      ? ""
      : `${(100 * card.testAccuracy).toFixed(2)} % of ${card.testedOn} right`;
  return (
    <label class="contestant">
      <input
        type="radio"
        name="lead"
        class="radio"
        checked={chosen.value === name}
        onChange={() => change({ lead: name })}
      />
      <span class={`swatch ${leading.value === name ? "lead" : "other"}`} aria-hidden="true" />
      <span class="font-medium">{card ? title(card.label) : "Loading a network …"}</span>
      <span class="verdict">
        <b>{answer ? answer.digit : "–"}</b>
        <span class="certainty">{answer ? percent(answer.confidence) : "\u00a0"}</span>
      </span>
      <span class="facts">
        <span>{accuracy || "\u00a0"}</span>
        <span class="latency">{latency === undefined ? "\u00a0" : `${latency.toFixed(2)} ms`}</span>
      </span>
    </label>
  );
}
