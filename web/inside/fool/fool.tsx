// Fool: the smallest change of the drawing that makes a network read another digit, one network beside the other.

import { signal, useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { percent } from "../../../models/export/page/percent.ts";
import type { ModelName } from "../../../models/index.ts";
import { NETWORK_NAMES } from "../../read/reader.ts";
import { useTask } from "../asking.ts";
import { Choice, DIGIT_OPTIONS } from "../parts/choice.tsx";
import { paintSigned } from "../parts/colours.ts";
import { DigitPicture } from "../parts/digit_picture.tsx";
import { Legend } from "../parts/legend.tsx";
import { NeedsDrawing } from "../parts/needs_drawing.tsx";
import { networkName } from "../parts/network_name.ts";
import { decimal } from "../parts/number.ts";
import { Progress } from "../parts/progress.tsx";
import { Raster } from "../parts/raster.tsx";
import type { Answer, FoolAnswer } from "../questions.ts";
import { PIXELS, SIDE } from "../side.ts";
import { subject } from "../subject.ts";
import { changeSize } from "./change.ts";

/** Null: whichever takes the smallest change. */
const target = signal<number | null>(null);
const OPTIONS = [{ value: null, text: "Nearest" }, ...DIGIT_OPTIONS];

export function Fool() {
  const task = useTask("fool");
  const pixels = subject.value;
  const asked = useRef<Uint8Array | null>(null);
  // What was found is of one drawing. That is noticed a frame later: by then somebody may have asked of the new one.
  useSignalEffect(() => {
    if (subject.value !== asked.current) task.clear();
  });
  const run = (pixels: Uint8Array): void => {
    asked.current = pixels;
    task.run({ pixels });
  };
  return (
    <>
      <p class="inside-lead">
        A change that can hardly be seen makes a network say another digit. The search follows the network’s own
        gradient downhill, towards all nine other digits at once, and keeps the smallest change it finds for each.
      </p>
      {pixels === null ? (
        <NeedsDrawing />
      ) : (
        <div class="inside-actions">
          <button
            type="button"
            class="button inside-primary"
            onClick={() => (task.isRunning.value ? task.stop() : run(pixels))}
          >
            {task.isRunning.value ? "Stop" : "Fool both networks"}
          </button>
          {task.isRunning.value && <Progress label="Search" part={task.progress.value?.part ?? 0} />}
        </div>
      )}
      {task.problem.value !== null && <p role="alert">{task.problem.value}</p>}
      {pixels && task.answer.value && <Fooled pixels={pixels} answer={task.answer.value} />}
    </>
  );
}

function Fooled({ pixels, answer }: { pixels: Uint8Array; answer: Answer<"fool"> }) {
  return (
    <>
      <Choice
        label="Read it as"
        name="fool"
        options={OPTIONS}
        value={target.value}
        onChange={(value) => {
          target.value = value;
        }}
      />
      <div class="inside-pair">
        {[...NETWORK_NAMES].reverse().map((name) => (
          <FooledNetwork key={name} name={name} pixels={pixels} answer={answer[name]} />
        ))}
      </div>
      <Legend kind="signed" low="less ink" high="more ink" />
      <Distances answer={answer} />
    </>
  );
}

function FooledNetwork({ name, pixels, answer }: { name: ModelName; pixels: Uint8Array; answer: FoolAnswer }) {
  const title = networkName(name);
  const { digit, confidence, found, confidences } = answer;
  const to = target.value ?? nearestDigit(answer);
  const fooling = to === null ? null : found[to];
  const size = fooling && changeSize(pixels, fooling.pixels);
  return (
    <section class="inside-figure" aria-label={`The ${title} fooled`}>
      <p>
        <b>{title}</b>{" "}
        {to === digit
          ? `It reads ${digit} as it is.`
          : fooling
            ? `Read as ${digit}, ${percent(confidence)} sure; changed as ${fooling.digit}, ${percent(confidences[fooling.digit])} sure.`
            : `No change was found that makes it a ${to}.`}
      </p>
      <div class="inside-triple">
        <figure>
          <DigitPicture pixels={pixels} label="The drawing" />
          <figcaption>Drawn: {digit}</figcaption>
        </figure>
        <figure>
          <Raster
            width={SIDE}
            height={SIDE}
            label="What is changed"
            paint={(image) => {
              for (let i = 0; i < PIXELS; i++) {
                const change = fooling && size ? (fooling.pixels[i] - pixels[i]) / (size.most || 1) : 0;
                paintSigned(image, i, change);
              }
            }}
          />
          <figcaption>The change</figcaption>
        </figure>
        <figure>
          <DigitPicture pixels={fooling ? fooling.pixels : pixels} label="The drawing with the change" />
          <figcaption>{fooling ? `Changed: ${fooling.digit}` : "Changed"}</figcaption>
        </figure>
      </div>
      {size && (
        <p class="inside-hint">
          {size.pixels} of {PIXELS} pixels, the most changed by {size.most} of 255. Length of the change:{" "}
          {decimal(size.distance, 2)}, {percent(size.share)} of the drawing’s own.
        </p>
      )}
    </section>
  );
}

function nearestDigit({ found }: FoolAnswer): number | null {
  const digits = found.flatMap((each) => (each ? [each] : [])).sort((a, b) => a.distance - b.distance);
  return digits[0]?.digit ?? null;
}

/** How far each digit is, for each network: the longer the bar, the harder it is to fool. */
function Distances({ answer }: { answer: Answer<"fool"> }) {
  const names = [...NETWORK_NAMES].reverse();
  const most = Math.max(...names.flatMap((name) => answer[name].found.map((each) => each?.distance ?? 0)));
  return (
    <table class="inside-distances">
      <caption>How large a change each digit takes; 1 is one pixel going from paper to full ink</caption>
      <thead>
        <tr>
          <th scope="col">Read as</th>
          {names.map((name) => (
            <th key={name} scope="col">
              {networkName(name)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {DIGIT_OPTIONS.map(({ value }) => (
          <tr key={value}>
            <th scope="row">{value}</th>
            {names.map((name) => {
              const distance = answer[name].found[value]?.distance;
              return (
                <td
                  key={name}
                  class={`inside-bar inside-bar-${name}`}
                  style={{ "--part": ((distance ?? 0) / most).toFixed(3) }}
                >
                  {distance === undefined
                    ? answer[name].digit === value
                      ? "as it is"
                      : "none found"
                    : decimal(distance, 2)}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
