// The work of `mnist compare`.

import { statSync } from "node:fs";
import { argmax, countParameters, evaluationOf, predictAsync, runtimeInfo, scope } from "../../lib/index.ts";
import {
  type Comparison,
  type Contestant,
  disagreementOf,
  MODEL_NAMES,
  type ModelName,
  measureSpeed,
  writeComparison,
} from "../../models/index.ts";
import { type LoadedModel, trainingTime } from "../../store/checkpoints/load_model.ts";
import { describeOrigin, modelNamed } from "../inputs/asked_model.ts";
import { useFastKernels } from "../inputs/fast_kernels.ts";
import { loadTestData } from "../inputs/load_data.ts";
import { Progress } from "../terminal/progress.ts";
import { stdout } from "../terminal/terminal.ts";
import { asText } from "./compare_output.ts";
import { checkPictureFolder, writePicture } from "./compare_picture.ts";

export interface CompareRequest {
  /** Which networks take part, each with the word for its checkpoint: ../inputs/asked_model.ts. */
  checkpoints: Readonly<Partial<Record<ModelName, string>>>;
  /** The folder for the picture, where one is wanted. */
  out: string | undefined;
  outputs: string;
  data: string;
  datasetName: string | undefined;
  limit: number | undefined;
  /** Whether wide kernels may be used. */
  isWide: boolean;
  isJson: boolean;
  isQuiet: boolean;
}

/** Images that the speed is measured with. */
const MEASURED = 64;

export async function compareModels(request: CompareRequest, signal: AbortSignal): Promise<void> {
  await useFastKernels(request.isWide);
  const { outputs, limit, out, checkpoints } = request;
  if (out !== undefined) checkPictureFolder(out);
  // All before the data: a word that is wrong need not wait for a download.
  const models = MODEL_NAMES.flatMap((name) => {
    const word = checkpoints[name];
    return word === undefined ? [] : [modelNamed(`--${name}`, outputs, name, word)];
  });
  const progress = new Progress(request.isQuiet);
  try {
    const { data, datasetName } = request;
    const { source, test } = await loadTestData(data, { datasetName, limit, signal, progress });
    const { dataset } = source;
    const images = firstImages(test.images.values, test.size);
    const contestants: Contestant[] = [];
    const readings: Int32Array[] = [];
    for (const model of models) {
      progress.update(`${model.name} times`, 0, () => "");
      const speed = await measureSpeed(model.network, images, { signal });
      using logits = await predictAsync(model.network, test, { signal, onProgress: progress.images(model.name) });
      const read = scope(() => Int32Array.from(argmax(logits, 1).values));
      readings.push(read);
      contestants.push({ ...describe(model, outputs), ...speed, evaluation: evaluationOf(logits, test.labels) });
    }
    progress.clear();
    const { variant, threads } = runtimeInfo();
    const comparison: Comparison = {
      ...{ dataset, datasetSha256: test.digest, images: test.size, kernels: variant, threads },
      ...{ contestants, disagreement: disagreementOf(test.labels.values, readings) },
    };
    if (request.isJson) stdout.write(writeComparison(comparison));
    else stdout.print(asText(models.map(describeOrigin), comparison, stdout));
    if (out !== undefined) writePicture(out, comparison);
  } finally {
    progress.clear();
  }
}

function firstImages(images: Uint8Array, count: number): Uint8Array[] {
  const size = images.length / count;
  return Array.from({ length: Math.min(MEASURED, count) }, (_, i) => images.slice(i * size, (i + 1) * size));
}

function describe(model: LoadedModel, outputs: string) {
  return {
    ...{ model: model.name, checkpoint: model.path, version: model.version },
    parameters: countParameters(model.network),
    fileBytes: statSync(model.path).size,
    training: trainingTime(outputs, model),
  };
}
