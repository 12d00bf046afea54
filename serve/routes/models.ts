// GET /models and /model/{type}/info: which networks there are, and what each is.

import type { Hono } from "hono";
import { countParameters, noGrad, runtimeInfo, scope, VERSION, zeros } from "../../lib/index.ts";
import { describeMeasuredOn, networkOf } from "../../models/index.ts";
import type { ServeEnv } from "../http/caller.ts";
import { type ServedModel, SHIPPED_VERSION, SIDE } from "../inference/served_model.ts";
import type { ModelInfo } from "../schemas/model_info.ts";
import type { Service } from "../service.ts";

export function modelRoutes(app: Hono<ServeEnv>, service: Service): void {
  app.get("/models", (c) => c.json(service.models.names));
  app.get("/model/:type/info", (c) => {
    const model = service.models.get(c.req.param("type"), c.req.query("version"));
    return c.json(infoOf(model, service.models.versionsOf(model.name)));
  });
}

function infoOf(model: ServedModel, versions: string[]): ModelInfo {
  const { name, version, metadata, network, weightsSha256 } = model;
  return {
    model_type: name,
    model_version: version,
    is_shipped: version === SHIPPED_VERSION,
    versions,
    description: networkOf(name).kind,
    input: { shape: [null, SIDE, SIDE, 1], dtype: "float32", normalization: "(x/255 - 0.1307)/0.3081" },
    layers: layersOf(network),
    parameters: countParameters(network),
    accuracy: {
      test: metadata.testAccuracy,
      validation: metadata.validationAccuracy,
      measured_on: metadata.testAccuracy === null ? null : describeMeasuredOn({ dataset: metadata.dataset, images: metadata.testImages ?? 10_000 }), // biome-ignore format: one line
      test_images: metadata.testImages,
      trained_on: metadata.trainedOn,
      seed: metadata.seed,
      epoch: metadata.epoch,
    },
    weights_sha256: weightsSha256,
    simdgrad: { server: VERSION, trained_with: metadata.simdgrad, kernels: runtimeInfo().arithmetic },
  };
}

/** The layers in order, each with the shape of its result for one image. */
function layersOf(network: ServedModel["network"]): ModelInfo["layers"] {
  return scope(() =>
    noGrad(() => {
      let x = zeros([1, SIDE, SIDE, 1]);
      const top = network.namedModules().filter(([path]) => path !== "" && !path.includes("."));
      return top.map(([path, module]) => {
        x = module.forward(x);
        const [, ...output] = x.shape;
        return { name: path, type: module.constructor.name, output_shape: [null, ...output], parameters: countParameters(module) }; // biome-ignore format: one line
      });
    }),
  );
}
