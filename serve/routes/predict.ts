// POST /predict and /predict/base64: pictures in, digits out.

import type { Context, Hono } from "hono";
import { type Answer, DEFAULT_MODEL, writeAnswer } from "../../models/index.ts";
import type { ServeEnv } from "../http/caller.ts";
import { bodyOf } from "../http/decode_body.ts";
import { badRequest, Problem } from "../http/problem.ts";
import { type FormFile, readForm } from "../http/read_form.ts";
import { readJson } from "../http/read_json.ts";
import type { ServedModel } from "../inference/served_model.ts";
import { BASE64_REQUEST, type Prediction, type Predictions } from "../schemas/predict.ts";
import type { Service } from "../service.ts";

/** Beside the pictures: model_type, and what a client's library may add. */
const OTHER_PARTS = 16;
/** Milliseconds of decoding after which others get their turn. */
const SLICE_MS = 4;
const DATA_URL = /^data:[^,]*;base64,/i;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

export function predictRoutes(app: Hono<ServeEnv>, service: Service): void {
  const { maxImages } = service.settings;

  app.post("/predict", async (c) => {
    service.queue.checkRoom(1);
    const body = await bodyOf(c, service.settings);
    const started = performance.now();
    const { files, fields } = readForm(c.req.header("content-type"), body, { maxParts: maxImages + OTHER_PARTS });
    if (files.length === 0) {
      const text = fields.has("file") ? "; the part named file is text, and has no file name" : "";
      throw badRequest(`the form holds no picture${text}. With curl: -F file=@digit.png`);
    }
    const model = await service.models.get(fields.get("model_type") ?? DEFAULT_MODEL);
    return answer(c, service, model, { pictures: files, isList: files.length > 1, started });
  });

  app.post("/predict/base64", async (c) => {
    service.queue.checkRoom(1);
    const body = await bodyOf(c, service.settings);
    const started = performance.now();
    const { image, model_type } = readJson(body, BASE64_REQUEST);
    const model = await service.models.get(model_type ?? DEFAULT_MODEL);
    const texts = typeof image === "string" ? [image] : image;
    const pictures = texts.map((text, i) => ({ name: `image ${i + 1}`, bytes: decodeBase64(text, i) }));
    return answer(c, service, model, { pictures, isList: typeof image !== "string", started });
  });
}

interface Asked {
  pictures: readonly Pick<FormFile, "name" | "bytes">[];
  isList: boolean;
  started: number;
}

async function answer(
  c: Context<ServeEnv>,
  service: Service,
  model: ServedModel,
  { pictures, isList, started }: Asked,
): Promise<Response> {
  const { maxImages, timeoutSeconds } = service.settings;
  if (pictures.length > maxImages) {
    throw new Problem(413, `${pictures.length} pictures in one request; at most ${maxImages} are read. Send several requests.`, { reason: "body_too_large" }); // biome-ignore format: one line
  }
  const limits = { signal: c.env.caller.signal, deadlineMs: started + 1000 * timeoutSeconds };
  return service.infer(model, limits, async (work) => {
    work.images = pictures.length;
    service.queue.checkRoom(pictures.length);
    const digits = await readInTurns(pictures, ({ bytes, name }) => service.pictures.read(bytes, name, limits));
    work.times.computeInput = (performance.now() - started) / 1000;
    const answers = await service.read(model, digits, work);
    const answered = performance.now();
    const predictions = answers.map((each) => prediction(each, model, answered - started));
    const response = isList ? c.json(listed(predictions, pictures)) : c.json(predictions[0]);
    work.times.computeOutput = (performance.now() - answered) / 1000;
    return response;
  });
}

/** Lets the event loop turn between pictures: many small ones, decoded at once, would keep everybody waiting. */
async function readInTurns<From, To>(pictures: readonly From[], read: (picture: From) => Promise<To>): Promise<To[]> {
  const readings: Promise<To>[] = [];
  let began = performance.now();
  for (const picture of pictures) {
    const reading = read(picture);
    reading.catch(() => {}); // It is awaited below; until then a turn may pass, in which nobody listens to it.
    readings.push(reading);
    if (performance.now() - began < SLICE_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    began = performance.now();
  }
  return Promise.all(readings);
}

/** @param ms from the body's last byte on, where an answer's own latency is the network's alone */
function prediction(answer: Answer, { name, version }: ServedModel, ms: number): Prediction {
  const { warnings, probabilities, ...fields } = writeAnswer(answer);
  return {
    ...fields,
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
