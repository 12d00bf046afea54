// Draw: one draws a digit, and the networks read it.

import { useSignal } from "@preact/signals";
import { Later, type Load } from "../look/later.tsx";
import { Trouble } from "../look/trouble.tsx";
import { failure, restartReader } from "../read/reader.ts";
import { askedServer } from "../read/where.ts";
import { Bars } from "./bars.tsx";
import { isEmpty } from "./board.ts";
import { Contest } from "./contest.tsx";
import { leadingDigits } from "./leading.ts";
import { PictureTrouble } from "./picture_trouble.tsx";
import { Samples } from "./samples.tsx";
import { Seen } from "./seen.tsx";
import { Sheet } from "./sheet.tsx";
import { Tools } from "./tools.tsx";
import { useBoard } from "./use_board.ts";
import { Verdict } from "./verdict.tsx";
import "./draw.css";

const several: Load = async () => (await import("./several.tsx")).Several;
const teach: Load = async () => (await import("../teach/teach.tsx")).Teach;

export function Draw() {
  const isDropTarget = useBoard();
  const isTeaching = useSignal(false);
  return (
    <div class={`draw ${isEmpty.value ? "is-empty" : ""}`}>
      <section class="glass paper-panel @container" aria-label="Drawing">
        <Sheet isDropTarget={isDropTarget} />
        <Tools />
        <Samples />
        <PictureTrouble />
      </section>
      <section class="glass answer-panel" aria-label="Answer">
        {failure.value !== null && <Trouble text={failure.value} action="Try again" onAction={restartReader} />}
        <div class="flex gap-4">
          <Verdict />
          <Seen />
        </div>
        {leadingDigits.value && <Later load={several} />}
        <Bars />
        <Contest />
        {askedServer.value ? null : isTeaching.value ? (
          <Later load={teach} />
        ) : (
          <button type="button" class="button justify-self-start" onClick={() => (isTeaching.value = true)}>
            Wrong? Teach it
          </button>
        )}
      </section>
    </div>
  );
}
