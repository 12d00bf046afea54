// Dream: what a network would most like to see as a digit, uphill from paper, noise or the drawing, one network beside the other.

import { signal } from "@preact/signals";
import { percent } from "../../../models/export/page/percent.ts";
import { NETWORK_NAMES } from "../../read/reader.ts";
import { useTask } from "../asking.ts";
import type { DreamStart, DreamStyle } from "../compute/dream.ts";
import { Choice, DIGIT_OPTIONS } from "../parts/choice.tsx";
import { DigitPicture } from "../parts/digit_picture.tsx";
import { networkName } from "../parts/network_name.ts";
import { Progress } from "../parts/progress.tsx";
import { subject } from "../subject.ts";

const digit = signal(7);
const start = signal<DreamStart>("paper");
const style = signal<DreamStyle>("smooth");

const STARTS: readonly { value: DreamStart; text: string }[] = [
  { value: "paper", text: "Paper" },
  { value: "noise", text: "Noise" },
  { value: "drawing", text: "The drawing" },
];
const STYLES: readonly { value: DreamStyle; text: string }[] = [
  { value: "smooth", text: "Shaken and blurred" },
  { value: "bare", text: "The gradient alone" },
];

export function Dream() {
  const task = useTask("dream");
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const isRunning = task.isRunning.value;
  // Whoever wants no motion sees the end.
  const frame = isStill && isRunning ? null : task.progress.value;
  const run = (): void =>
    task.run({
      digit: digit.value,
      start: start.value,
      style: style.value,
      pixels: subject.value,
      isPaced: !isStill,
    });
  return (
    <>
      <p class="inside-lead">
        Nobody draws this: step by step, each pixel changes so as to make the network surer of one digit. What comes out
        is what it looks for, which need not be what we would write.
      </p>
      <Choice label="Digit" name="dream" options={DIGIT_OPTIONS} value={digit.value} onChange={set(digit)} />
      <div class="inside-choices">
        <Choice label="Start from" name="dream-start" options={STARTS} value={start.value} onChange={set(start)} />
        <Choice label="Each step" name="dream-style" options={STYLES} value={style.value} onChange={set(style)} />
      </div>
      <div class="inside-actions">
        <button type="button" class="button inside-primary" onClick={() => (isRunning ? task.stop() : run())}>
          {isRunning ? "Stop" : `Dream ${digit.value === 8 ? "an" : "a"} ${digit.value}`}
        </button>
        {task.progress.value && <Progress label="Steps" part={task.progress.value.step / task.progress.value.steps} />}
      </div>
      {task.problem.value !== null && <p role="alert">{task.problem.value}</p>}
      <div class="inside-pair">
        {[...NETWORK_NAMES].reverse().map((name) => {
          const dream = frame?.dreams[name];
          return (
            <figure key={name} class="inside-figure">
              <figcaption>
                <b>{networkName(name)}</b> {dream ? `${percent(dream.probability)} sure` : "\u00a0"}
              </figcaption>
              <DigitPicture pixels={dream?.pixels ?? null} label={`The dream of the ${networkName(name)}`} />
            </figure>
          );
        })}
      </div>
      <p class="inside-hint">
        The CNN averages its last maps, so it likes its strokes anywhere, and many of them; the linear model looks for
        ink in fixed places.
      </p>
    </>
  );
}

function set<T>(of: { value: T }): (value: T) => void {
  return (value) => {
    of.value = value;
  };
}
