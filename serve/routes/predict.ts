// POST /predict and /predict/base64: pictures in, digits out.

import type { Context, Hono } from "hono";
import type { PreprocessedDigit } from "../../data/index.ts";
import { type Answer, DEFAULT_MODEL, writeAnswer } from "../../models/index.ts";
import type { ServeEnv } from "../http/caller.ts";
import { bodyOf } from "../http/decode_body.ts";
import { badRequest, clientLeft, Problem } from "../http/problem.ts";
import { type FormFile, readForm } from "../http/read_form.ts";
import { readJson } from "../http/read_json.ts";
import type { ServedModel } from "../inference/served_model.ts";
import { LightDeparture, type WorkLimits } from "../inference/work_limits.ts";
import type { PictureReader } from "../pictures/picture_reader.ts";
import { BASE64_REQUEST, type Prediction, type Predictions } from "../schemas/predict.ts";
import type { Service } from "../service.ts";

/** Beside the pictures: model_type, and what a client's library may add. */
const OTHER_PARTS = 16;
const DATA_URL = /^data:[^,]*;base64,/i;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

export function predictRoutes(app: Hono<ServeEnv>, service: Service): void {
  const { maxImages } = service.settings;

  app.post("/predict", async (c) => {
    const { body, ...times } = await receive(c, service);
    const { files, fields } = readForm(c.req.header("content-type"), body, { maxParts: maxImages + OTHER_PARTS });
    if (files.length === 0) {
      const text = fields.has("file") ? "; the part named file is text, and has no file name" : "";
      throw badRequest(`the form holds no picture${text}. With curl: -F file=@digit.png`);
    }
    const model = await service.models.get(fields.get("model_type") ?? DEFAULT_MODEL);
    return answer(c, service, model, { pictures: files, isList: files.length > 1, ...times });
  });

  app.post("/predict/base64", async (c) => {
    const { body, ...times } = await receive(c, service);
    const { image, model_type } = readJson(body, BASE64_REQUEST);
    const model = await service.models.get(model_type ?? DEFAULT_MODEL);
    const texts = typeof image === "string" ? [image] : image;
    const pictures = texts.map((text, i) => ({ name: `image ${i + 1}`, bytes: decodeBase64(text, i) }));
    return answer(c, service, model, { pictures, isList: typeof image !== "string", ...times });
  });
}

interface Times {
  /** When the request's headers were there. */
  startedMs: number;
  /** When all of its body was. */
  receivedMs: number;
}

type Picture = Pick<FormFile, "name" | "bytes">;

interface Asked extends Times {
  pictures: readonly Picture[];
  isList: boolean;
}

/**
 * The body, which is not read where the queue is full. It names the model: a request that ends before it is there counts as one
 * for the default model.
 */
async function receive(c: Context<ServeEnv>, service: Service): Promise<Times & { body: Uint8Array }> {
  const startedMs = performance.now();
  try {
    service.checkRoom(1);
    const body = await bodyOf(c, service.settings);
    return { body, startedMs, receivedMs: performance.now() };
  } catch (error) {
    service.tellUnread(await service.models.get(DEFAULT_MODEL), { signal: c.env.caller.signal, startedMs }, error);
    throw error;
  }
}

async function answer(
  c: Context<ServeEnv>,
  service: Service,
  model: ServedModel,
  { pictures, isList, startedMs, receivedMs }: Asked,
): Promise<Response> {
  const { maxImages } = service.settings;
  if (pictures.length > maxImages) {
    throw new Problem(413, `${pictures.length} pictures in one request; at most ${maxImages} are read. Send several requests.`, { reason: "body_too_large" }); // biome-ignore format: one line
  }
  return service.infer(model, { signal: c.env.caller.signal, startedMs }, async (work) => {
    work.images = pictures.length;
    service.checkRoom(pictures.length);
    const digits = await readPictures(pictures, service.pictures, work.limits);
    work.times.computeInput = (performance.now() - receivedMs) / 1000;
    const answers = await service.readDigits(model, digits, work);
    const answered = performance.now();
    const predictions = answers.map((each) => prediction(each, model, answered - receivedMs));
    const response = isList ? c.json(listed(predictions, pictures)) : c.json(predictions[0]);
    work.times.computeOutput = (performance.now() - answered) / 1000;
    return response;
  });
}

/**
 * In their order. Once one has failed, or the client left, nobody waits for the others, and those that were not begun are dropped.
 */
async function readPictures(
  pictures: readonly Picture[],
  reader: PictureReader,
  limits: WorkLimits,
): Promise<PreprocessedDigit[]> {
  if (pictures.length === 1) return [await reader.read(pictures[0].bytes, pictures[0].name, limits)];
  const departure = new LightDeparture();
  let failure: unknown = null;
  const end = (error: unknown): void => {
    failure ??= error; // Those that are dropped because of it fail after it.
    departure.abort();
  };
  const onLeave = (): void => end(clientLeft());
  if (limits.signal.aborted) onLeave();
  limits.signal.addEventListener("abort", onLeave, { once: true });
  try {
    const readings = pictures.map(({ bytes, name }) => reader.read(bytes, name, { ...limits, signal: departure }));
    for (const reading of readings) reading.catch(end);
    const digits = await Promise.all(readings).catch(() => []);
    if (departure.aborted) throw failure;
    return digits;
  } finally {
    limits.signal.removeEventListener("abort", onLeave);
  }
}

/** @param ms from the body's last byte on, where an answer's own latency is the network's alone */
function prediction(answer: Answer, { name, version }: ServedModel, ms: number): Prediction {
  const { predicted_class, confidence, probabilities, warnings } = writeAnswer(answer);
  return {
    predicted_class,
    confidence,
    probabilities: probabilities && [...probabilities],
    model_type: name,
    model_version: version,
    latency_ms: Math.round(ms * 1000) / 1000,
    warnings: [...warnings],
  };
}

function listed(predictions: readonly Prediction[], pictures: Asked["pictures"]): Predictions {
  return { predictions: predictions.map((each, i) => ({ filename: pictures[i].name, ...each })) };
}

/** @param index among the request's pictures */
function decodeBase64(text: string, index: number): Uint8Array {
  const base64 = text.replace(DATA_URL, "").replace(/\s+/g, "");
  if (!BASE64.test(base64) || base64.length === 0) {
    throw badRequest(`image ${index + 1} is not base64; encode the bytes of a PNG or JPEG file`);
  }
  return Buffer.from(base64, "base64");
}
