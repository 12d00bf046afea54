// What `mnist infer --json` prints for a file.

import type { Answer } from "../../models/index.ts";
import type { LoadedModel } from "../../store/checkpoints/load_model.ts";

/** A blank picture has no class, and nothing was computed. */
export interface FileAnswer {
  file: string;
  model: string;
  /** The file of the network's weights. */
  checkpoint: string;
  /** Which of the model's versions they are; null: none. */
  version: number | null;
  predicted_class: number | null;
  /** The probability of that class. */
  confidence: number | null;
  probabilities: readonly number[] | null;
  /** The network's time, without decoding and preprocessing. */
  latency_ms: number | null;
  warnings: readonly string[];
}

export function fileAnswer(
  file: string,
  { name: model, path: checkpoint, version }: LoadedModel,
  answer: Answer,
): FileAnswer {
  const { digit: predicted_class, confidence, probabilities, latencyMs: latency_ms, warnings } = answer;
  return { file, model, checkpoint, version, predicted_class, confidence, probabilities, latency_ms, warnings };
}
