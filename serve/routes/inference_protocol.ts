// The Open Inference Protocol, version 2: what KServe, Triton and their clients speak. docs/inference-protocol.md shows it in use.

import type { Context, Hono } from "hono";
import type { ServeEnv } from "../http/caller.ts";
import { bodyOf } from "../http/decode_body.ts";
import { Problem } from "../http/problem.ts";
import { readJson } from "../http/read_json.ts";
import { pixelsOf } from "../inference/normalised_images.ts";
import { CLASSES, PIXELS, type ServedModel } from "../inference/served_model.ts";
import type { ServedModels } from "../inference/served_models.ts";
import { zeroStatistics } from "../inference/statistics.ts";
import type { MetricsReader } from "../metrics/metrics_reader.ts";
import { inferResponse } from "../oip/infer_response.ts";
import { modelMetadata, repositoryIndex, serverMetadata } from "../oip/metadata.ts";
import { HEADER_LENGTH, readInferRequest } from "../oip/read_infer_request.ts";
import { firstNonFinite } from "../oip/read_tensor.ts";
import {
  type Health,
  type ModelReady,
  REPOSITORY_INDEX_REQUEST,
  type Statistics,
} from "../schemas/inference_protocol.ts";
import type { InferenceWork, Service } from "../service.ts";

/** With the current version, and with one that the client names. */
const MODEL_PATHS = ["/v2/models/:model", "/v2/models/:model/versions/:version"] as const;
const INDEX = "/v2/repository/index";
/** Of Triton's extensions that GET /v2 does not name, each with what to do instead. */
const NOT_HERE: readonly (readonly [path: string, hint: string])[] = [
  ["/v2/repository/models/:model/load", "versions change by mnist promote and mnist rollback"],
  ["/v2/repository/models/:model/unload", "versions change by mnist promote and mnist rollback"],
  ...MODEL_PATHS.map((path) => [`${path}/config`, "GET /v2/models/{model} says what it reads and answers"] as const),
  ["/v2/systemsharedmemory/*", "send tensors in the body"],
  ["/v2/cudasharedmemory/*", "send tensors in the body"],
];

export function inferenceProtocolRoutes(app: Hono<ServeEnv>, service: Service): void {
  const { models, metrics } = service;
  const asked = (c: Context<ServeEnv>): Promise<ServedModel> => models.get(...named(c));

  // The specification, KServe and Triton expect three different bodies; this one serves them all.
  const health = (): Health => ({ live: true, ready: service.isReady });
  app.get("/v2/health/live", (c) => c.json(health()));
  app.get("/v2/health/ready", (c) => c.json(health(), service.isReady ? 200 : 503));
  app.get("/v2", (c) => c.json(serverMetadata(metrics !== null)));
  app.post(INDEX, async (c) => {
    const body = await bodyOf(c, service.settings);
    const { ready } = body.length === 0 ? {} : readJson(body, REPOSITORY_INDEX_REQUEST);
    return c.json(repositoryIndex(models).filter(({ state }) => !ready || state === "READY"));
  });
  if (metrics) statisticsRoutes(app, models, metrics);
  for (const path of MODEL_PATHS) {
    app.get(path, (c) => {
      const name = models.check(...named(c));
      return c.json(modelMetadata(name, models.versionsOf(name)));
    });
    app.get(`${path}/ready`, async (c) => {
      const { name } = await asked(c);
      const { isReady } = service;
      const answer: ModelReady = { name, ready: isReady };
      return c.json(answer, isReady ? 200 : 503);
    });
    app.post(`${path}/infer`, async (c) => {
      const client = { signal: c.env.caller.signal, startedMs: performance.now() };
      const model = await asked(c);
      return service.infer(model, client, (work) => infer(c, service, model, work));
    });
  }
  for (const [path, hint] of NOT_HERE) {
    app.all(path, (c) => {
      const what = `${c.req.path.slice(0, 100)} is of an extension that this server does not have; ${hint}.`;
      throw new Problem(501, what, { reason: "not_implemented" });
    });
  }
}

function named(c: Context<ServeEnv>): [model: string, version: string | undefined] {
  const { model = "", version } = c.req.param() as { model?: string; version?: string };
  return [model, version];
}

/** Before the routes with a model's name, since `stats` would be one. */
function statisticsRoutes(app: Hono<ServeEnv>, models: ServedModels, metrics: MetricsReader): void {
  app.get("/v2/models/stats", async (c) => c.json<Statistics>({ model_stats: await metrics.statistics() }));
  for (const path of MODEL_PATHS) {
    app.get(`${path}/stats`, async (c) => {
      const [model, version] = named(c);
      models.check(model, version);
      const all = (await metrics.statistics()).filter((each) => each.name === model);
      const asked = version === undefined ? all : all.filter((each) => each.version === version);
      const isUnused = version !== undefined && asked.length === 0;
      return c.json<Statistics>({ model_stats: isUnused ? [zeroStatistics(model, version)] : asked });
    });
  }
}

async function infer(
  c: Context<ServeEnv>,
  service: Service,
  model: ServedModel,
  work: InferenceWork,
): Promise<Response> {
  service.checkRoom(1); // Before the body is read.
  const body = await bodyOf(c, service.settings);
  const received = performance.now();
  const request = { body, headerLength: c.req.header(HEADER_LENGTH) };
  const { id, images, outputs, wantsJudgement, timeoutMs } = readInferRequest(request, (count) =>
    service.checkRoom(count),
  );
  work.images = images.length / PIXELS;
  work.times.computeInput = (performance.now() - received) / 1000;
  const deadlineMs = Math.min(work.limits.deadlineMs, received + (timeoutMs ?? Number.POSITIVE_INFINITY));
  const { logits, probabilities } = await service.runImages(model, images, work, deadlineMs);
  const inferred = performance.now();
  refuseNonFinite(logits);
  for (let at = 0; at < probabilities.length; at += CLASSES) {
    service.tellPredicted(model, probabilities.subarray(at, at + CLASSES));
  }
  const judgement = wantsJudgement ? model.likeness?.judge(pixelsOf(images), logits) : null;
  const values = { logits, probabilities };
  const response = inferResponse({ model, id: id ?? c.var.requestId, judgement, values }, outputs);
  work.times.computeOutput = (performance.now() - inferred) / 1000;
  return response;
}

/** The weights are finite: so numbers that are far too large came in. */
function refuseNonFinite(logits: Float32Array): void {
  const index = firstNonFinite(logits);
  if (index < 0) return;
  const image = Math.floor(index / CLASSES);
  const what = `the network's output for images[${image}] is not finite: its numbers are far too large`;
  throw new Problem(400, `${what}; send (pixel/255 − 0.1307)/0.3081, which is between −0.43 and 2.83.`, {
    reason: "bad_request",
  });
}
