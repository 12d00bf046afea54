// The work of `mnist evaluate`.

import { evaluateAsync, evaluateShiftedAsync } from "../../lib/index.ts";
import { type EvaluationRecord, writeEvaluation } from "../../models/index.ts";
import type { LoadedModel } from "../../store/checkpoints/load_model.ts";
import type { Flags } from "../command_line/flags.ts";
import { describeOrigin, modelAskedFor } from "../inputs/asked_model.ts";
import { useFastKernels } from "../inputs/fast_kernels.ts";
import { loadTestData } from "../inputs/load_data.ts";
import { formatCount, formatPercent, shortDigest } from "../terminal/format.ts";
import { Progress } from "../terminal/progress.ts";
import { stdout } from "../terminal/terminal.ts";
import { classTable, confusionTable } from "./evaluation_tables.ts";

export interface EvaluateRequest {
  data: string;
  datasetName: string | undefined;
  limit: number | undefined;
  /** By up to how many pixels each image is moved in a second reading; undefined for no second reading. */
  shifts: number | undefined;
  /** Whether wide kernels may be used. */
  isWide: boolean;
  isJson: boolean;
  isQuiet: boolean;
}

export async function evaluateModel(flags: Flags, request: EvaluateRequest, signal: AbortSignal): Promise<void> {
  await useFastKernels(request.isWide);
  const model = modelAskedFor(flags);
  const progress = new Progress(request.isQuiet);
  try {
    const { data, datasetName, limit } = request;
    const { source, test } = await loadTestData(data, { datasetName, limit, signal, progress });
    const { dataset } = source;
    const onProgress = progress.images("evaluate");
    const evaluation = await evaluateAsync(model.network, test, { signal, onProgress });
    const { shifts } = request;
    const shifted = shifts
      ? await evaluateShiftedAsync(model.network, test, { shift: shifts, signal, onProgress })
      : null;
    progress.clear();
    const record: EvaluationRecord = {
      ...{ model: model.name, checkpoint: model.path, version: model.version, trainedOn: model.metadata.trainedOn },
      ...{ dataset, datasetSha256: test.digest, images: test.size, evaluation },
      shifted: shifts && shifted ? { shifts, accuracy: shifted.accuracy } : null,
    };
    if (request.isJson) stdout.write(writeEvaluation(record));
    else stdout.print(asText(model, test.name, record));
  } finally {
    progress.clear();
  }
}

function asText(model: LoadedModel, images: string, record: EvaluationRecord): string[] {
  const { dataset, datasetSha256, evaluation, shifted } = record;
  return [
    describeOrigin(model),
    `on ${formatCount(record.images)} images of ${images} (${dataset}, sha256 ${shortDigest(datasetSha256)}…)`,
    "",
    stdout.bold(`accuracy ${formatPercent(evaluation.accuracy)}, loss ${evaluation.loss.toFixed(4)}`),
    ...(shifted ? [describeShifted(shifted)] : []),
    "",
    ...classTable(evaluation.perClass, stdout),
    "",
    ...confusionTable(evaluation.confusion, stdout),
  ];
}

function describeShifted({ shifts, accuracy }: NonNullable<EvaluationRecord["shifted"]>): string {
  const readings = (2 * shifts + 1) ** 2;
  return `read ${readings} times each, moved by up to ${shifts} px: accuracy ${formatPercent(accuracy)}`;
}
