// Teach: "it is a …" makes a lesson of the drawing, which both networks are taught at once.

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "../look/icon.tsx";
import { notKept } from "../look/not_kept.ts";
import { PIXELS_SIDE, paintPixels } from "../look/paint_pixels.ts";
import { title } from "../look/title.ts";
import { Trouble } from "../look/trouble.tsx";
import { cards, reading } from "../read/reader.ts";
import type { Lesson } from "./pupil.ts";
import {
  canUndo,
  forgetAll,
  isBusy,
  isForgotten,
  isKept,
  leave,
  lessons,
  open,
  outcomes,
  problem,
  remove,
  teach,
  teachAgain,
  undo,
} from "./teaching.ts";
import "./teach.css";

const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

export function Teach() {
  const heading = useRef<HTMLHeadingElement>(null);
  // Before it is seen: its buttons wait for what is kept, and would not in the first frame.
  useLayoutEffect(() => {
    heading.current?.focus();
    void open();
    return leave;
  }, []);
  const pixels = reading.value?.pixels;
  return (
    <section class="teach" aria-label="Teaching">
      <div class="teach-head">
        <h2 ref={heading} tabIndex={-1} class="font-semibold">
          It is a …
        </h2>
        <button type="button" class="button" disabled={!canUndo.value} onClick={() => void undo()}>
          <Icon name="undo" />
          Undo teaching
        </button>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for what a form would send */}
      <div class="teach-digits" role="group" aria-label="What the drawing is">
        {DIGITS.map((digit) => (
          <button
            key={digit}
            type="button"
            class="button"
            aria-label={`It is a ${digit}`}
            disabled={!pixels || isBusy.value}
            onClick={() => pixels && void teach({ pixels, digit })}
          >
            {digit}
          </button>
        ))}
      </div>
      <p class="teach-note" role="status">
        {note(pixels !== undefined)}
      </p>
      {problem.value !== null && (
        <Trouble
          text={problem.value}
          action="OK"
          onAction={() => {
            problem.value = null;
          }}
        />
      )}
      {!isKept.value && (
        <p role="status" class="teach-note">
          {notKept("What is taught")}
        </p>
      )}
      <Measured />
      <Lessons />
    </section>
  );
}

function note(isDrawn: boolean): string {
  if (isBusy.value) return "Teaching both networks, with real digits mixed in so that they forget nothing …";
  const unlearned = Math.max(0, ...outcomes.value.map((outcome) => outcome.unlearned.length));
  if (unlearned > 0) return `Taught, but ${unlearned} of the drawings ${unlearned === 1 ? "is" : "are"} still misread.`;
  if (outcomes.value.length > 0) return "Taught. Draw it again, a little differently, and see.";
  return isDrawn
    ? "Say what your drawing is, and both networks learn it, right here in this page."
    : "Draw a digit that gets misread, then say what it is.";
}

/** What the lessons cost. */
function Measured() {
  const [first] = outcomes.value;
  if (!first) return null;
  return (
    <table class="teach-measured">
      <caption>Of {first.testImages.toLocaleString("en")} test digits that were not taught, read right</caption>
      <thead>
        <tr>
          <th scope="col">Network</th>
          <th scope="col">before any teaching</th>
          <th scope="col">now</th>
        </tr>
      </thead>
      <tbody>
        {[...outcomes.value].reverse().map(({ name, accuracyBefore, accuracyAfter }) => (
          <tr key={name}>
            <th scope="row">{title(cards.value[name]?.label ?? name)}</th>
            <td>{(100 * accuracyBefore).toFixed(2)} %</td>
            <td>{(100 * accuracyAfter).toFixed(2)} %</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Lessons() {
  if (lessons.value.length === 0) return null;
  return (
    <>
      <div class="teach-head">
        <h3 class="text-sm font-semibold">Taught drawings</h3>
        {isForgotten.value && (
          <button type="button" class="button" disabled={isBusy.value} onClick={() => void teachAgain()}>
            Teach them again
          </button>
        )}
        <button type="button" class="button" disabled={isBusy.value} onClick={() => void forgetAll()}>
          <Icon name="clear" />
          Forget all
        </button>
      </div>
      <ul class="lessons">
        {lessons.value.map((lesson, i) => (
          <li key={i.toString()}>
            <button
              type="button"
              class="lesson"
              aria-label={`Forget drawing ${i + 1}, a ${lesson.digit}`}
              title="Forget it"
              disabled={isBusy.value}
              onClick={() => void remove(lesson)}
            >
              <Pixels lesson={lesson} />
              {lesson.digit}
              <Icon name="close" />
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function Pixels({ lesson }: { lesson: Lesson }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => paintPixels(canvas.current, lesson.pixels), [lesson]);
  return <canvas ref={canvas} width={PIXELS_SIDE} height={PIXELS_SIDE} />;
}
