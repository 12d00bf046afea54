// The work of `mnist evaluate`.

import process from "node:process";
import { type Evaluation, evaluateAsync } from "../lib/index.ts";
import { describeOrigin, type LoadedModel, loadModel } from "./checkpoints.ts";
import { loadData } from "./datasets.ts";
import type { Flags } from "./flags.ts";
import { formatCount, formatPercent, shortDigest } from "./format.ts";
import { Progress } from "./progress.ts";
import { enableRelaxedSimd } from "./relaxed_simd.ts";
import { classTable, confusionTable } from "./tables.ts";
import { stdout } from "./terminal.ts";

export interface EvaluateRequest {
  data: string;
  limit: number | undefined;
  isJson: boolean;
  isQuiet: boolean;
}

type TestSet = Awaited<ReturnType<typeof loadData>>["test"];

export async function evaluateModel(flags: Flags, request: EvaluateRequest, signal: AbortSignal): Promise<void> {
  enableRelaxedSimd();
  const model = loadModel(flags);
  const progress = new Progress(request.isQuiet);
  try {
    const { name, test } = await loadData(request.data, { seed: 0, limit: request.limit, signal, progress });
    const result = await evaluateAsync(model.network, test, {
      signal,
      onProgress: (done, total) =>
        progress.update("evaluate", done / total, () => `${formatCount(done)} of ${formatCount(total)} images`),
    });
    progress.clear();
    const text = request.isJson
      ? JSON.stringify(asJson(model, name, test, result))
      : asText(model, name, test, result).join("\n");
    process.stdout.write(`${text}\n`);
  } finally {
    progress.clear();
  }
}

function asJson(
  { name, path, metadata, version }: LoadedModel,
  dataset: string,
  test: TestSet,
  result: Evaluation,
): object {
  return {
    model: name,
    checkpoint: path,
    version,
    trained_on: metadata.dataset ?? null,
    dataset,
    dataset_sha256: test.digest,
    images: test.size,
    accuracy: result.accuracy,
    loss: result.loss,
    per_class: result.perClass.map((metrics, digit) => ({ digit, ...metrics })),
    confusion: result.confusion,
  };
}

function asText(model: LoadedModel, dataset: string, test: TestSet, result: Evaluation): string[] {
  return [
    describeOrigin(model),
    `on ${formatCount(test.size)} images of ${test.name} (${dataset}, sha256 ${shortDigest(test.digest)}…)`,
    "",
    stdout.bold(`accuracy ${formatPercent(result.accuracy)}, loss ${result.loss.toFixed(4)}`),
    "",
    ...classTable(result.perClass, stdout),
    "",
    ...confusionTable(result.confusion, stdout),
  ];
}
