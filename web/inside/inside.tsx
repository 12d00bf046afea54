// Inside: what happens in the networks, for the drawing on the sheet: a view of it for each question that one may have.

import { useSignalEffect } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { percent } from "../../models/export/page/percent.ts";
import type { Rule } from "../app/fragment.ts";
import { settingsBy } from "../app/place.ts";
import { canUndo, clear, isEmpty, undo } from "../draw/board.ts";
import { answerOf } from "../draw/leading.ts";
import { PictureTrouble } from "../draw/picture_trouble.tsx";
import { Samples } from "../draw/samples.tsx";
import { Sheet } from "../draw/sheet.tsx";
import { useBoard } from "../draw/use_board.ts";
import { Button } from "../look/button.tsx";
import { Trouble } from "../look/trouble.tsx";
import { NETWORK_NAMES, failure as readerFailure, restartReader } from "../read/reader.ts";
import { failure, followNetworks, generation, leaveInside, startInside } from "./asking.ts";
import { Dream } from "./dream/dream.tsx";
import { Errors } from "./errors/errors.tsx";
import { Fool } from "./fool/fool.tsx";
import { Layers } from "./layers/layers.tsx";
import { DigitMap } from "./map/digit_map.tsx";
import { networkName } from "./parts/network_name.ts";
import { Why } from "./why/why.tsx";
import "../draw/draw.css";
import "./inside.css";

const VIEWS = {
  layers: { title: "Layers", View: Layers },
  why: { title: "Why", View: Why },
  fool: { title: "Fool it", View: Fool },
  dream: { title: "Dream", View: Dream },
  map: { title: "Map", View: DigitMap },
  errors: { title: "Errors", View: Errors },
} as const satisfies Record<string, { readonly title: string; readonly View: ComponentType }>;
type ViewName = keyof typeof VIEWS;
const VIEW_NAMES = Object.keys(VIEWS) as ViewName[];

const viewRule: Rule<ViewName> = {
  otherwise: "layers",
  read: (text) => VIEW_NAMES.find((name) => name === text),
  write: String,
};
const { settings, change } = settingsBy({ view: viewRule });

export function Inside() {
  const isDropTarget = useBoard();
  // Before a view asks.
  useMemo(() => void startInside(), []);
  useSignalEffect(followNetworks);
  useEffect(() => leaveInside, []);
  const { view } = settings.value;
  const { title, View } = VIEWS[view];
  const problem = failure.value ?? readerFailure.value;
  const retry = (): void => {
    if (failure.value !== null) void startInside();
    if (readerFailure.value !== null) restartReader();
  };
  return (
    <div class="inside">
      <section class="glass inside-board @container" aria-label="Drawing">
        <Sheet isDropTarget={isDropTarget} />
        <div class="inside-beside">
          <Answers />
          <div class="inside-tools" role="toolbar" aria-label="Drawing">
            <Button icon="undo" label="Undo" keys="Control+Z" isDisabled={!canUndo.value} onClick={undo} />
            <Button icon="clear" label="Clear" keys="Delete" isDisabled={isEmpty.value} onClick={clear} />
          </div>
        </div>
        <Samples />
        <PictureTrouble />
      </section>
      <section class="glass inside-panel" aria-label={title}>
        <ViewTabs view={view} />
        {problem !== null && <Trouble text={problem} action="Try again" onAction={retry} />}
        <div class="inside-view" role="tabpanel" id="inside-view" aria-labelledby={`inside-${view}`}>
          {problem === null && <View key={`${view} ${generation.value}`} />}
        </div>
      </section>
    </div>
  );
}

function ViewTabs({ view }: { view: ViewName }) {
  const move = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = VIEW_NAMES[(VIEW_NAMES.indexOf(view) + step + VIEW_NAMES.length) % VIEW_NAMES.length];
    change({ view: next });
    document.getElementById(`inside-${next}`)?.focus();
  };
  return (
    <div class="inside-tabs" role="tablist" aria-label="What to see" onKeyDown={move}>
      {VIEW_NAMES.map((name) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`inside-${name}`}
          class="inside-tab"
          aria-selected={name === view}
          aria-controls="inside-view"
          tabIndex={name === view ? 0 : -1}
          onClick={() => change({ view: name })}
        >
          {VIEWS[name].title}
        </button>
      ))}
    </div>
  );
}

/** What both networks read, in short. */
function Answers() {
  return (
    <dl class="inside-answers">
      {[...NETWORK_NAMES].reverse().map((name) => {
        const answer = answerOf(name);
        return (
          <div key={name}>
            <dt>{networkName(name)}</dt>
            <dd>
              <b>{answer ? answer.digit : "–"}</b>
              <span>{answer ? percent(answer.confidence) : "\u00a0"}</span>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
