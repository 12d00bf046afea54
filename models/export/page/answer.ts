// Shows what the network says, and what it saw.

import { percent } from "./percent.ts";

/** Below this the answer is shown as a guess. */
const SURE = 0.5;
/** The answer is read out when the drawing has been left alone for so long. */
const QUIET_MS = 700;
const SIDE = 28;

const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

export interface Reading {
  digit: number;
  probabilities: readonly number[];
  /** 28×28. */
  pixels: Uint8Array;
  /** False: it shows no digit, for that reason. */
  isDigit: boolean | null;
  reason: string | null;
  warnings: readonly string[];
}

const bars = Array.from({ length: 10 }, (_, digit) => {
  const item = document.createElement("li");
  const bar = item.appendChild(document.createElement("i"));
  const share = bar.appendChild(document.createElement("span"));
  item.appendChild(document.createElement("b")).textContent = String(digit);
  element("bars").append(item);
  return { item, share, bar };
});

let timer: ReturnType<typeof setTimeout> | undefined;

/**
 * @param reading null while nothing is drawn, or nothing could be read
 * @param problem why it could not
 */
export function show(reading: Reading | null, problem = "Nothing drawn yet"): void {
  const best = reading ? reading.probabilities[reading.digit] : 0;
  element("digit").textContent = reading ? String(reading.digit) : "?";
  element("digit").classList.toggle("guess", reading !== null && (best < SURE || reading.isDigit === false));
  const confidence = reading ? `${percent(best)} sure` : problem;
  element("confidence").textContent = confidence;
  const doubts = reading ? doubtsOf(reading) : "";
  element("warning").textContent = doubts;
  bars.forEach(({ item, share, bar }, digit) => {
    const probability = reading?.probabilities[digit] ?? 0;
    item.classList.toggle("best", reading?.digit === digit);
    share.textContent = reading ? percent(probability) : "";
    bar.style.setProperty("--share", String(probability));
  });
  showPixels(reading?.pixels ?? new Uint8Array(SIDE * SIDE));
  clearTimeout(timer);
  timer = setTimeout(() => {
    element("spoken").textContent = reading
      ? `${reading.digit}, ${confidence}${doubts ? `. ${doubts}` : ""}`
      : confidence;
  }, QUIET_MS);
}

/** What makes the answer doubtful: above all that it shows no digit. */
function doubtsOf({ isDigit, reason, warnings }: Reading): string {
  const none = isDigit === false ? [`this may not be a digit: ${reason}`] : [];
  return [...none, ...warnings].map(sentence).join(" ");
}

function showPixels(pixels: Uint8Array): void {
  const context = element<HTMLCanvasElement>("seen").getContext("2d") as CanvasRenderingContext2D;
  const image = context.createImageData(SIDE, SIDE);
  pixels.forEach((value, i) => {
    image.data.set([value, value, value, 255], 4 * i);
  });
  context.putImageData(image, 0, 0);
}

function sentence(text: string): string {
  return /[?!]$/.test(text) ? capital(text) : `${capital(text)}.`;
}

export function capital(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}
