// What `mnist infer --json` prints for a file.

import { namingWayToAll } from "../../data/index.ts";
import { type Answer, type AnswerFields, writeAnswer } from "../../models/index.ts";
import type { LoadedModel } from "../../store/checkpoints/load_model.ts";

export interface FileAnswer extends AnswerFields {
  file: string;
  model: string;
  /** The file of the network's weights. */
  checkpoint: string;
  /** Which of the model's versions they are; null: none. */
  version: number | null;
}

export function fileAnswer(
  file: string,
  { name: model, path: checkpoint, version }: LoadedModel,
  answer: Answer,
): FileAnswer {
  const fields = writeAnswer(answer);
  const warnings = namingWayToAll(fields.warnings, "--all reads every digit");
  return { file, model, checkpoint, version, ...fields, warnings };
}
