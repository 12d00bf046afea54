// Errors: what the networks read of all 10,000 test digits, computed here: the confusion matrix, the worst mistakes, and the digits
// behind each number.

import { signal, useSignalEffect } from "@preact/signals";
import { percent } from "../../../models/export/page/percent.ts";
import { DEFAULT_MODEL, type ModelName } from "../../../models/index.ts";
import { type Cell, ConfusionTable } from "../../look/confusion_table.tsx";
import { NETWORK_NAMES } from "../../read/reader.ts";
import { generation, useTask } from "../asking.ts";
import { Choice } from "../parts/choice.tsx";
import { DigitPicture } from "../parts/digit_picture.tsx";
import { networkName } from "../parts/network_name.ts";
import { count } from "../parts/number.ts";
import { Progress } from "../parts/progress.tsx";
import type { TestAnswer } from "../questions.ts";
import { PIXELS } from "../side.ts";
import { putOnSheet } from "../subject.ts";

/** Kept while the networks are the same: it takes a few seconds to compute. */
const answer = signal<{ readonly of: number; readonly answer: TestAnswer } | null>(null);
const network = signal<ModelName>(DEFAULT_MODEL);
/** Null: the worst mistakes. */
const cell = signal<Cell | null>(null);
/** How many digits are shown, so that a cell of a thousand opens as fast as one of three. */
const shown = signal(0);
const FEW = 24;

export function Errors() {
  const task = useTask("test");
  const isRunning = task.isRunning.value;
  const progress = task.progress.value;
  useSignalEffect(() => {
    if (task.answer.value) answer.value = { of: generation.peek(), answer: task.answer.value };
  });
  const known = answer.value?.of === generation.value ? answer.value.answer : null;
  return (
    <>
      <p class="inside-lead">
        Both networks read MNIST’s 10,000 test digits, which they were not trained on. Choose a cell to see its digits,
        and a digit to look into it.
      </p>
      {known === null && (
        <div class="inside-actions">
          <button
            type="button"
            class="button inside-primary"
            onClick={() => (isRunning ? task.stop() : task.run(null))}
          >
            {isRunning ? "Stop" : "Read all 10,000"}
          </button>
          {isRunning && <Progress label="Test digits read" part={progress ? progress.done / progress.total : 0} />}
        </div>
      )}
      {task.problem.value !== null && <p role="alert">{task.problem.value}</p>}
      {known && <Browsed answer={known} />}
    </>
  );
}

function Browsed({ answer: { tested, labels, images } }: { answer: TestAnswer }) {
  const { accuracy, confusion, predicted, confidence, worst } = tested[network.value];
  const wrong = Array.from(labels).filter((label, i) => label !== predicted[i]).length;
  const choose = (next: Cell | null): void => {
    cell.value = next;
    shown.value = FEW;
  };
  const { value: chosen } = cell;
  const digits = chosen ? digitsIn(chosen, labels, predicted, confidence) : worst.map(({ index }) => index);
  const visible = digits.slice(0, Math.max(FEW, shown.value));
  return (
    <>
      <Choice
        label="Network"
        name="errors"
        options={[...NETWORK_NAMES].reverse().map((value) => ({ value, text: networkName(value) }))}
        value={network.value}
        onChange={(value) => {
          network.value = value;
          choose(null);
        }}
      />
      <div class="inside-tested">
        <section aria-label="Confusion matrix">
          <p>
            <b>{(100 * accuracy).toFixed(2)} % right</b>, {count(wrong)} of {count(labels.length)} wrong
          </p>
          <ConfusionTable confusion={confusion} chosen={chosen} onChoose={choose} />
        </section>
        <section aria-label="Digits">
          <h2>{chosen ? titleOf(chosen) : "The worst mistakes"}</h2>
          <div class="inside-options">
            <button type="button" class="inside-pick" aria-pressed={chosen === null} onClick={() => choose(null)}>
              The worst
            </button>
            {commonest(confusion).map((each) => (
              <button
                key={`${each.actual}${each.predicted}`}
                type="button"
                class="inside-pick"
                aria-pressed={chosen?.actual === each.actual && chosen.predicted === each.predicted}
                onClick={() => choose(each)}
              >
                {each.actual} as {each.predicted}: {each.times}
              </button>
            ))}
          </div>
          {digits.length === 0 && <p class="inside-hint">There are none.</p>}
          <ol class="inside-gallery">
            {visible.map((index) => {
              const [actual, read] = [labels[index], predicted[index]];
              const text = actual === read ? `${actual}` : `${actual} → ${read}`;
              return (
                <li key={index}>
                  <button
                    type="button"
                    class="inside-digit"
                    aria-label={`${text}: test digit ${index}, ${percent(confidence[index])} sure; put it on the sheet`}
                    onClick={() => void putOnSheet(images.slice(index * PIXELS, (index + 1) * PIXELS))}
                  >
                    <DigitPicture pixels={images.subarray(index * PIXELS, (index + 1) * PIXELS)} />
                    <span>{text}</span>
                  </button>
                </li>
              );
            })}
          </ol>
          {visible.length < digits.length && (
            <button
              type="button"
              class="button"
              onClick={() => {
                shown.value = visible.length + 2 * FEW;
              }}
            >
              Show more of the {count(digits.length)}
            </button>
          )}
        </section>
      </div>
    </>
  );
}

/** Mistakes with the surest first; what is right with the least sure first. */
function digitsIn(
  { actual, predicted }: Cell,
  labels: Uint8Array,
  read: Uint8Array,
  confidence: Float32Array,
): number[] {
  const found = Array.from(labels, (_, i) => i).filter((i) => labels[i] === actual && read[i] === predicted);
  const order = actual === predicted ? 1 : -1;
  return found.sort((a, b) => order * (confidence[a] - confidence[b]));
}

function titleOf({ actual, predicted }: Cell): string {
  return actual === predicted ? `${actual} read correctly, the least sure first` : `${actual} read as ${predicted}`;
}

/** The most frequent mistakes. */
function commonest(confusion: TestAnswer["tested"][ModelName]["confusion"]): (Cell & { times: number })[] {
  return confusion
    .flatMap((row, actual) => row.map((times, predicted) => ({ actual, predicted, times })))
    .filter(({ actual, predicted, times }) => actual !== predicted && times > 0)
    .sort((a, b) => b.times - a.times)
    .slice(0, 6);
}
