// The work of `mnist compare`.

import { statSync } from "node:fs";
import process from "node:process";
import { countParameters, runtimeInfo } from "../../lib/index.ts";
import type { LoadedModel } from "../checkpoints/checkpoints.ts";
import { namedCheckpoint, trainingTime } from "../checkpoints/named_checkpoint.ts";
import { loadTestData } from "../load/datasets.ts";
import { enableRelaxedSimd } from "../load/relaxed_simd.ts";
import { formatCount } from "../terminal/format.ts";
import { Progress } from "../terminal/progress.ts";
import { stdout } from "../terminal/terminal.ts";
import { asJson, asText, type Contestant } from "./compare_output.ts";
import { checkPictureFolder, writePicture } from "./compare_picture.ts";
import { disagreementOf, readAll } from "./head_to_head.ts";
import { measureSpeed } from "./measure_model.ts";

export interface CompareRequest {
  /** Which checkpoint: ../checkpoints/named_checkpoint.ts. */
  linear: string;
  cnn: string;
  /** The folder for the picture, where one is wanted. */
  out: string | undefined;
  outputs: string;
  data: string;
  limit: number | undefined;
  isJson: boolean;
  isQuiet: boolean;
}

export async function compareModels(request: CompareRequest, signal: AbortSignal): Promise<void> {
  enableRelaxedSimd();
  const { outputs, limit, out } = request;
  if (out !== undefined) checkPictureFolder(out);
  // Both before the data: a word that is wrong need not wait for a download.
  const models = [namedCheckpoint(outputs, "linear", request.linear), namedCheckpoint(outputs, "cnn", request.cnn)];
  const progress = new Progress(request.isQuiet);
  try {
    const { name: dataset, test } = await loadTestData(request.data, { limit, signal, progress });
    const labels = Int32Array.from(test.labels.data);
    const contestants: Contestant[] = [];
    const read: Int32Array[] = [];
    for (const model of models) {
      progress.update(`${model.name} times`, 0, () => "");
      const speed = await measureSpeed(model.network, test, signal);
      const digits = await readAll(model.network, test, signal, (done) =>
        progress.update(model.name, done / test.size, () => `${formatCount(done)} of ${formatCount(test.size)} images`),
      );
      const errors = digits.reduce((count, digit, i) => count + (digit === labels[i] ? 0 : 1), 0);
      read.push(digits);
      contestants.push({ ...describe(model, outputs), ...speed, errors, accuracy: 1 - errors / test.size });
    }
    progress.clear();
    const disagreement = disagreementOf(labels, read[0], read[1]);
    const { variant, threads } = runtimeInfo();
    const about = { dataset, images: test.size, sha256: test.digest, kernels: variant, threads };
    const text = request.isJson
      ? JSON.stringify(asJson(contestants, disagreement, about))
      : asText(contestants, disagreement, about, stdout).join("\n");
    process.stdout.write(`${text}\n`);
    if (out !== undefined) writePicture(out, contestants, about);
  } finally {
    progress.clear();
  }
}

function describe(model: LoadedModel, outputs: string) {
  return {
    model,
    parameters: countParameters(model.network),
    fileBytes: statSync(model.path).size,
    training: trainingTime(outputs, model),
  };
}
