// GET /models and /model/{type}/info: which networks there are, and what each is.

import { createHash } from "node:crypto";
import type { Hono } from "hono";
import { MNIST_MEAN, MNIST_STD } from "../../data/index.ts";
import { readFileBounded } from "../../lib/base/read_file.node.ts";
import { countParameters, runtimeInfo, VERSION } from "../../lib/index.ts";
import { describeMeasuredOn, isMnistTest, networkOf } from "../../models/index.ts";
import { FILE_LIMITS } from "../../store/files/file_limits.ts";
import type { ServeEnv } from "../http/caller.ts";
import { describeLayers } from "../inference/describe_layers.ts";
import { CLASSES, type ServedModel, SHIPPED_VERSION, SIDE } from "../inference/served_model.ts";
import type { ServedModels } from "../inference/served_models.ts";
import type { ModelInfo } from "../schemas/model_info.ts";
import type { Service } from "../service.ts";

/** What the data sets that networks are measured on have, where a checkpoint does not say how many it was. */
const MNIST_TEST_IMAGES = 10_000;

export function modelRoutes(app: Hono<ServeEnv>, { models }: Service): void {
  // What does not change while a version is loaded; the rest is put together for each request.
  const known = new WeakMap<ServedModel, LastingInfo>();
  app.get("/models", (c) => c.json(models.names));
  app.get("/model/:type/info", async (c) => {
    const model = await models.get(c.req.param("type"), c.req.query("version"));
    const lasting = known.get(model) ?? lastingInfoOf(model, models);
    known.set(model, lasting);
    return c.json(infoOf(model, models, lasting));
  });
}

type LastingInfo = Pick<ModelInfo, "layers" | "parameters" | "checkpoint">;

function lastingInfoOf(model: ServedModel, models: ServedModels): LastingInfo {
  return {
    layers: describeLayers(model.network),
    parameters: countParameters(model.network),
    checkpoint: {
      format: "safetensors",
      weights_sha256: model.weightsSha256,
      // That of a version was compared when it was loaded.
      file_sha256: models.promotionOf(model)?.fileSha256 ?? fileDigest(model.path),
    },
  };
}

function infoOf(model: ServedModel, models: ServedModels, lasting: LastingInfo): ModelInfo {
  const { name, version, metadata } = model;
  const promotion = models.promotionOf(model);
  const isShipped = version === SHIPPED_VERSION;
  const measured = { dataset: metadata.dataset, images: metadata.testImages };
  const isMeasured = metadata.testAccuracy !== null;
  return {
    model_type: name,
    model_version: version,
    is_current: models.isCurrent(model),
    is_shipped: isShipped,
    versions: models.versionsOf(name),
    description: networkOf(name).kind,
    input: {
      shape: [null, SIDE, SIDE, 1],
      dtype: "f32",
      normalization: `(x/255 - ${MNIST_MEAN}) / ${MNIST_STD}`,
    },
    output: {
      shape: [null, CLASSES],
      dtype: "f32",
      meaning: "logits of the digits 0 to 9; softmax makes probabilities of them",
    },
    layers: lasting.layers,
    parameters: lasting.parameters,
    accuracy: {
      test_accuracy: metadata.testAccuracy,
      val_accuracy: metadata.validationAccuracy,
      measured_on: isMeasured ? describeMeasuredOn(measured) : null,
      test_images: isMeasured ? (metadata.testImages ?? (isMnistTest(measured) ? MNIST_TEST_IMAGES : null)) : null,
      method:
        "the share of the test images whose most probable digit was the right one: measured once, with these weights, when training " +
        "had ended",
      command: `mnist evaluate --model ${name}${isShipped ? "" : ` --version ${version}`}`,
    },
    training: {
      dataset: metadata.dataset,
      trained_on: metadata.trainedOn,
      dataset_sha256: metadata.datasetSha256,
      seed: metadata.seed,
      epoch: metadata.epoch,
      run: promotion?.run ?? null,
      promoted: promotion?.date ?? null,
      simdgrad: metadata.simdgrad,
      kernels: metadata.kernels,
    },
    checkpoint: lasting.checkpoint,
    server: { simdgrad: VERSION, arithmetic: runtimeInfo().arithmetic },
  };
}

/** Null where the file is gone. */
function fileDigest(path: string): string | null {
  try {
    return createHash("sha256").update(readFileBounded(path, FILE_LIMITS.weights)).digest("hex");
  } catch {
    return null;
  }
}
