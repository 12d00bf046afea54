// The code of an exported page. It stands behind an exported module's in one script, so that `predict` and `model` are
// what that one defines.

import { preprocessDigit } from "../../../data/preprocess.ts";
import { Drawing, pictureOf } from "../../../data/strokes.ts";
import { formatCount } from "../../../lib/base/format_count.ts";
import { chooseReading, readingsOf } from "../../choose_reading.ts";
import type { ModelCard } from "../model_card.ts";
import type { Prediction } from "../runtime/predict.ts";
import { capital, show } from "./answer.ts";
import { paint } from "./easel.ts";
import { takePen } from "./pen.ts";

declare const model: ModelCard;
declare function predict(pixels: Uint8Array): Prediction;

const square = document.getElementById("square") as HTMLCanvasElement;
const undo = document.getElementById("undo") as HTMLButtonElement;
const clear = document.getElementById("clear") as HTMLButtonElement;
const drawing = new Drawing();
const pen = takePen(square, drawing, update);

undo.addEventListener("click", () => take(() => drawing.undo()));
clear.addEventListener("click", () => take(() => drawing.clear()));
addEventListener("keydown", (event) => {
  if (event.altKey || event.shiftKey) return;
  const isUndo = event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey);
  const isClear = (event.key === "Delete" || event.key === "Escape") && !event.ctrlKey && !event.metaKey;
  if (!isUndo && !isClear) return;
  event.preventDefault();
  take(() => (isUndo ? drawing.undo() : drawing.clear()));
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", update);
new ResizeObserver(update).observe(square);
describe();
update();

function take(action: () => void): void {
  action();
  update();
}

let isPending = false;

/** Once a frame at most, however many events there are. */
function update(): void {
  if (isPending) return;
  isPending = true;
  requestAnimationFrame(() => {
    isPending = false;
    paint(square, drawing.strokes, pen.cursor, drawing.isDrawing);
    undo.disabled = !drawing.canUndo;
    clear.disabled = drawing.isEmpty;
    document.body.classList.toggle("empty", drawing.isEmpty);
    read();
  });
}

function read(): void {
  const readings = readingsOf(preprocessDigit(pictureOf(drawing.strokes)));
  try {
    const judged = readings.map((each) => {
      const { probabilities, isDigit, reason } = predict(each.pixels);
      return { ...each, probabilities, isDigit, reason, latencyMs: 0 };
    });
    show(judged.length === 0 ? null : chooseReading(judged));
  } catch (error) {
    show(null, (error as Error).message);
  }
}

/** Where the weights come from. */
function describe(): void {
  const { kind, parameters, testAccuracy, testedOn, trainedOn, weightsSha256, madeBy } = model;
  const origin = trainedOn === null ? "" : `, trained on ${trainedOn}`;
  const accuracy = testAccuracy === null ? "" : `: ${(100 * testAccuracy).toFixed(2)} % of ${testedOn} right`;
  const text = (id: string, content: string): void => {
    (document.getElementById(id) as HTMLElement).textContent = content;
  };
  text("origin", `${capital(kind)} of ${formatCount(parameters)} parameters${origin}${accuracy}.`);
  text("digest", `Weights sha256 ${weightsSha256.slice(0, 12)}…, made by ${madeBy}. MIT License.`);
  (document.getElementById("digest") as HTMLElement).title = weightsSha256;
}
