// The work of `mnist evaluate`.

import process from "node:process";
import { enableRelaxedSimd } from "../../data/index.node.ts";
import { type Evaluation, evaluateAsync, evaluateShiftedAsync } from "../../lib/index.ts";
import type { LoadedModel } from "../../store/checkpoints/load_model.ts";
import type { Flags } from "../command_line/flags.ts";
import { describeOrigin, modelAskedFor } from "../inputs/asked_model.ts";
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
  isJson: boolean;
  isQuiet: boolean;
}

type TestSet = Awaited<ReturnType<typeof loadTestData>>["test"];

export async function evaluateModel(flags: Flags, request: EvaluateRequest, signal: AbortSignal): Promise<void> {
  enableRelaxedSimd();
  const model = modelAskedFor(flags);
  const progress = new Progress(request.isQuiet);
  try {
    const { data, datasetName, limit } = request;
    const { source, test } = await loadTestData(data, { datasetName, limit, signal, progress });
    const name = source.dataset;
    const onProgress = (done: number, total: number): void =>
      progress.update("evaluate", done / total, () => `${formatCount(done)} of ${formatCount(total)} images`);
    const result = await evaluateAsync(model.network, test, { signal, onProgress });
    const { shifts } = request;
    const shifted = shifts
      ? await evaluateShiftedAsync(model.network, test, { shift: shifts, signal, onProgress })
      : null;
    progress.clear();
    const reading = shifts && shifted ? { shifts, accuracy: shifted.accuracy } : null;
    if (request.isJson) {
      const json = { ...asJson(model, name, test, result), ...(reading ? { shifted: reading } : {}) };
      process.stdout.write(`${JSON.stringify(json)}\n`);
    } else stdout.print(asText(model, name, test, result, reading).join("\n"));
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
    trained_on: metadata.trainedOn ?? metadata.dataset,
    dataset,
    dataset_sha256: test.digest,
    images: test.size,
    accuracy: result.accuracy,
    loss: result.loss,
    per_class: result.perClass.map((metrics, digit) => ({ digit, ...metrics })),
    confusion: result.confusion,
  };
}

/** What reading each image several times gave, moved by up to that many pixels. */
interface ShiftedReading {
  shifts: number;
  accuracy: number;
}

function asText(
  model: LoadedModel,
  dataset: string,
  test: TestSet,
  result: Evaluation,
  shifted: ShiftedReading | null,
): string[] {
  return [
    describeOrigin(model),
    `on ${formatCount(test.size)} images of ${test.name} (${dataset}, sha256 ${shortDigest(test.digest)}…)`,
    "",
    stdout.bold(`accuracy ${formatPercent(result.accuracy)}, loss ${result.loss.toFixed(4)}`),
    ...(shifted ? [describeShifted(shifted)] : []),
    "",
    ...classTable(result.perClass, stdout),
    "",
    ...confusionTable(result.confusion, stdout),
  ];
}

function describeShifted({ shifts, accuracy }: ShiftedReading): string {
  const readings = (2 * shifts + 1) ** 2;
  return `read ${readings} times each, moved by up to ${shifts} px: accuracy ${formatPercent(accuracy)}`;
}
