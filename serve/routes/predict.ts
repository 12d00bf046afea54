// POST /predict and /predict/base64: pictures in, digits out.

import type { Context, Hono } from "hono";
import { namingWayToAll } from "../../data/index.ts";
import { printable } from "../../lib/base/printable.ts";
import { type Answer, DEFAULT_MODEL, writeAnswer } from "../../models/index.ts";
import type { ServeEnv } from "../http/caller.ts";
import { bodyOf } from "../http/decode_body.ts";
import { badRequest, clientLeft, Problem } from "../http/problem.ts";
import { type FormFile, readForm } from "../http/read_form.ts";
import { readJson } from "../http/read_json.ts";
import type { ServedModel } from "../inference/served_model.ts";
import { LightDeparture, type WorkLimits } from "../inference/work_limits.ts";
import type { PictureContent, PictureReader } from "../pictures/picture_reader.ts";
import { BASE64_REQUEST, type Digits, type Prediction } from "../schemas/predict.ts";
import type { InferenceWork, Service } from "../service.ts";

/** Beside the pictures: model_type, all, and what a client's library may add. */
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
    const isAll = readSwitch("all", fields.get("all"));
    return answer(c, service, model, { pictures: files, isAll, isList: files.length > 1, ...times });
  });

  app.post("/predict/base64", async (c) => {
    const { body, ...times } = await receive(c, service);
    const { image, model_type, all = false } = readJson(body, BASE64_REQUEST);
    const model = await service.models.get(model_type ?? DEFAULT_MODEL);
    const texts = typeof image === "string" ? [image] : image;
    const pictures = texts.map((text, i) => ({ name: `image ${i + 1}`, bytes: decodeBase64(text, i) }));
    return answer(c, service, model, { pictures, isAll: all, isList: typeof image !== "string", ...times });
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
  /** Every digit of each. */
  isAll: boolean;
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
  { pictures, isAll, isList, startedMs, receivedMs }: Asked,
): Promise<Response> {
  const { maxImages } = service.settings;
  if (pictures.length > maxImages) {
    throw new Problem(413, `${pictures.length} pictures in one request; at most ${maxImages} are read. Send several requests.`, { reason: "body_too_large" }); // biome-ignore format: one line
  }
  return service.infer(model, { signal: c.env.caller.signal, startedMs }, async (work) => {
    work.images = pictures.length;
    service.checkRoom(pictures.length);
    const read = isAll ? readAllDigits : readDigits;
    const answers = await read(service, model, pictures, work, receivedMs);
    const answered = performance.now();
    const response = c.json(isList ? listed(answers, pictures) : answers[0]);
    work.times.computeOutput = (performance.now() - answered) / 1000;
    return response;
  });
}

/** The digit of each picture. */
async function readDigits(
  service: Service,
  model: ServedModel,
  pictures: readonly Picture[],
  work: InferenceWork,
  receivedMs: number,
): Promise<Prediction[]> {
  const digits = await readPictures(pictures, service.pictures, work.limits, "digit");
  work.times.computeInput = (performance.now() - receivedMs) / 1000;
  const answers = await service.readDigits(model, digits, work);
  const ms = performance.now() - receivedMs;
  return answers.map((each) => prediction(each, model, ms));
}

/** All digits of each picture. */
async function readAllDigits(
  service: Service,
  model: ServedModel,
  pictures: readonly Picture[],
  work: InferenceWork,
  receivedMs: number,
): Promise<Digits[]> {
  const readings = await readPictures(pictures, service.pictures, work.limits, "digits");
  work.times.computeInput = (performance.now() - receivedMs) / 1000;
  const answers = await service.readAllDigits(model, readings, work);
  const ms = performance.now() - receivedMs;
  return answers.map((all) => ({
    digits: all.map((each) => ({ box: each.box, ...prediction(each, model, ms) })),
    ...signature(model, ms),
  }));
}

/**
 * In their order. Once one has failed, or the client left, nobody waits for the others, and those that were not begun are dropped.
 */
async function readPictures<Want extends keyof PictureContent>(
  pictures: readonly Picture[],
  reader: PictureReader,
  limits: WorkLimits,
  want: Want,
): Promise<PictureContent[Want][]> {
  if (pictures.length === 1) return [await reader.read(pictures[0].bytes, pictures[0].name, limits, want)];
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
    const readings = pictures.map(({ bytes, name }) =>
      reader.read(bytes, name, { ...limits, signal: departure }, want),
    );
    for (const reading of readings) reading.catch(end);
    const digits = await Promise.all(readings).catch(() => []);
    if (departure.aborted) throw failure;
    return digits;
  } finally {
    limits.signal.removeEventListener("abort", onLeave);
  }
}

/** @param ms from the body's last byte on, where an answer's own latency is the network's alone */
function prediction(answer: Answer, model: ServedModel, ms: number): Prediction {
  const { predicted_class, confidence, probabilities, is_digit, reason, warnings } = writeAnswer(answer);
  return {
    predicted_class,
    confidence,
    probabilities: probabilities && [...probabilities],
    is_digit,
    reason,
    ...signature(model, ms),
    warnings: namingWayToAll(warnings, "all=true reads every digit"),
  };
}

/** Who answered, and how soon. */
function signature(
  { name, version }: ServedModel,
  ms: number,
): Pick<Prediction, "model_type" | "model_version" | "latency_ms"> {
  return { model_type: name, model_version: version, latency_ms: Math.round(ms * 1000) / 1000 };
}

function listed(
  answers: readonly (Prediction | Digits)[],
  pictures: Asked["pictures"],
): { predictions: ((Prediction | Digits) & { filename: string })[] } {
  return { predictions: answers.map((each, i) => ({ filename: pictures[i].name, ...each })) };
}

/** A field that is on or off, as a form writes it: Python's libraries begin it with a capital. */
function readSwitch(name: string, text: string | undefined): boolean {
  if (text === undefined || /^false$/i.test(text)) return false;
  if (/^true$/i.test(text)) return true;
  throw badRequest(`${name} is ${printable(text)}; it must be true or false`);
}

/** @param index among the request's pictures */
function decodeBase64(text: string, index: number): Uint8Array {
  const base64 = text.replace(DATA_URL, "").replace(/\s+/g, "");
  if (!BASE64.test(base64) || base64.length === 0) {
    throw badRequest(`image ${index + 1} is not base64; encode the bytes of a PNG or JPEG file`);
  }
  return Buffer.from(base64, "base64");
}
