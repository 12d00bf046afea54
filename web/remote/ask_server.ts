// What a page asks a server by the Open Inference Protocol: whether it is ready, and what a network reads in 28 × 28 pixels. The
// page prepares the drawing itself, so the server's networks see the very pixels that its own would. All digits of a picture it asks
// for by POST /predict, which servers of other make do not have.

import { MNIST_MEAN, MNIST_STD } from "../../data/index.ts";
import { parseJson } from "../../lib/base/parse_json.ts";
import { type Answer, type ModelName, mostProbable } from "../../models/index.ts";
import type { PlacedAnswer } from "../read/messages.ts";

/** After which it counts as down. */
const LIMIT_MS = 5000;
const CLASSES = 10;

/** The page may not ask that server, now or later. */
export class ForbiddenError extends Error {}

/** @throws {Error} one line for people */
export async function askReady(url: string, signal?: AbortSignal): Promise<void> {
  const response = await ask(`${url}/v2/health/ready`, { signal });
  if (!response.ok) throw new Error(`It answers ${response.status}: it is not ready.`);
}

/** @param signal ends it @throws {Error} one line for people */
export async function askFor(url: string, name: ModelName, pixels: Uint8Array, signal?: AbortSignal): Promise<Answer> {
  const started = performance.now();
  const data = Array.from(pixels, (value) => (value / 255 - MNIST_MEAN) / MNIST_STD);
  const response = await ask(`${url}/v2/models/${name}/infer`, {
    signal,
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      inputs: [{ name: "images", shape: [1, 1, 28, 28], datatype: "FP32", data }],
      outputs: [{ name: "probabilities" }],
      parameters: { is_digit: true },
    }),
  });
  if (!response.ok) throw new Error(`The server answers ${response.status} when asked for ${name}.`);
  const answer = parseJson(await response.text().catch(() => ""));
  const probabilities = probabilitiesIn(answer);
  if (!probabilities) throw new Error("The server answers, but not by the Open Inference Protocol.");
  const digit = mostProbable(probabilities);
  return {
    digit,
    confidence: probabilities[digit],
    probabilities,
    ...judgementIn(Object(answer).parameters),
    latencyMs: performance.now() - started,
    pixels,
    warnings: [],
  };
}

/** @param file a PNG @throws {Error} it does not know how, or does not answer */
export async function askForAll(
  url: string,
  name: ModelName,
  file: Blob,
  signal?: AbortSignal,
): Promise<readonly PlacedAnswer[]> {
  const body = new FormData();
  body.append("model_type", name);
  body.append("all", "true");
  body.append("file", file, "drawing.png");
  const response = await ask(`${url}/predict`, { signal, method: "POST", body });
  const { digits }: { digits?: unknown } = Object(parseJson(await response.text().catch(() => "")));
  if (!response.ok || !Array.isArray(digits)) throw new Error(`The server does not read all digits of a picture.`);
  return digits.map(placedAnswer);
}

function placedAnswer(value: unknown): PlacedAnswer {
  const { predicted_class: digit, confidence, box, is_digit } = Object(value);
  const { left, top, width, height } = Object(box);
  const isRight = Number.isInteger(digit) && [confidence, left, top, width, height].every(Number.isFinite);
  if (!isRight) throw new Error("The server answers, but not as POST /predict does.");
  return { digit, confidence, box: { left, top, width, height }, ...judgementIn({ is_digit }) };
}

/** What the server's checkpoint says of it, if it does. */
function judgementIn(parameters: unknown): Pick<Answer, "isDigit" | "reason"> {
  const { is_digit: isDigit, reason }: { is_digit?: unknown; reason?: unknown } = Object(parameters);
  return {
    isDigit: typeof isDigit === "boolean" ? isDigit : null,
    reason: typeof reason === "string" ? reason : null,
  };
}

/** @returns null where the answer has none */
export function probabilitiesIn(answer: unknown): number[] | null {
  const { outputs }: { outputs?: unknown } = Object(answer);
  const [output] = Array.isArray(outputs) ? outputs : [];
  const { data }: { data?: unknown } = Object(output);
  const isRight = Array.isArray(data) && data.length === CLASSES && data.every((each) => each >= 0 && each <= 1);
  return isRight ? data : null;
}

async function ask(url: string, options: RequestInit): Promise<Response> {
  let isForbidden = false;
  const note = (): void => {
    isForbidden = true;
  };
  globalThis.document?.addEventListener("securitypolicyviolation", note);
  try {
    return await fetch(url, { ...options, credentials: "omit", signal: limited(options.signal) });
  } catch (error) {
    // The violation is told after the refusal.
    await new Promise((resolve) => setTimeout(resolve));
    if (isForbidden) {
      throw new ForbiddenError("This page's host lets it ask no other server (Content-Security-Policy: connect-src).");
    }
    if ((error as Error).name === "TimeoutError") throw new Error(`It has not answered in ${LIMIT_MS / 1000} seconds.`);
    throw new Error("It does not answer, or does not allow pages from this host (--cors).");
  } finally {
    globalThis.document?.removeEventListener("securitypolicyviolation", note);
  }
}

/** Browsers from before 2024 cannot join the two: there it ends when the time is over. */
function limited(signal: AbortSignal | null | undefined): AbortSignal {
  const limit = AbortSignal.timeout(LIMIT_MS);
  return signal && AbortSignal.any ? AbortSignal.any([signal, limit]) : limit;
}
