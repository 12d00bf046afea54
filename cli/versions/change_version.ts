// The work of `mnist promote` and `mnist rollback`.

import { AmbiguousError, NotFoundError, type SimdgradError } from "../../lib/index.ts";
import { isTrainedOnPart, type ModelName } from "../../models/index.ts";
import { checkNetwork } from "../../store/runs/find_run.ts";
import { KnownVersionError, promote, type VersionChange } from "../../store/versions/promote.ts";
import { rollBack } from "../../store/versions/roll_back.ts";
import { asked, askedAsync } from "../terminal/asked.ts";
import { printNote } from "../terminal/notice.ts";
import { mnistLine, outputsWords } from "../terminal/shell_line.ts";
import { noteRestored, showChange } from "./version_output.ts";

export interface PromoteRequest {
  id: string;
  /** Where to look for it. */
  models: readonly ModelName[];
  note: string | null;
  outputs: string;
  isJson: boolean;
}

export async function promoteRun({ id, models, note, outputs, isJson }: PromoteRequest): Promise<void> {
  asked(`promote ${id}`, () => checkNetwork(id, models));
  const change = await askedAsync("promote", () => promoteNoted(outputs, models, id, note), promoteRemedy(outputs));
  const { dataset, trainedOn } = change.record.lineage;
  const isPart = isTrainedOnPart({ dataset, trainedOn });
  if (change.isNew && (dataset !== "mnist" || isPart)) {
    const kind = dataset === "synthetic" ? "digits" : "images";
    const what = isPart ? `${trainedOn}, not from all of it` : `${dataset ?? "unknown"} ${kind}, not from MNIST's`;
    printNote(`this run learned from ${what}.`);
  }
  showChange(change, outputs, isJson);
}

/** What was mended before it was refused is said first. */
async function promoteNoted(...asked: Parameters<typeof promote>): Promise<VersionChange> {
  try {
    return await promote(...asked);
  } catch (error) {
    if (error instanceof KnownVersionError && error.wasRestored) noteRestored(error.version);
    throw error;
  }
}

function promoteRemedy(outputs: string): (error: SimdgradError) => string {
  return (error) => {
    if (error instanceof KnownVersionError) {
      const { version, isCurrent } = error;
      if (isCurrent) return " Leave --note out.";
      const words = ["rollback", "--model", String(error.details.model), "--to", String(version)];
      return ` ${mnistLine([...words, ...outputsWords("runs", outputs)])} makes it current again.`;
    }
    if (error instanceof NotFoundError && error.details.latest === null) return " Train one first: mnist train.";
    // A registry or a checkpoint that is damaged is mended, and no list of runs helps with it.
    return error instanceof NotFoundError || error.details.reason !== undefined ? " mnist runs lists them." : "";
  };
}

export interface RollbackRequest {
  model: ModelName | undefined;
  to: number | undefined;
  note: string | null;
  outputs: string;
  isJson: boolean;
}

export async function rollBackTo({ model, to, note, outputs, isJson }: RollbackRequest): Promise<void> {
  const change = await askedAsync("rollback", () => rollBack(outputs, { model, to, note }), rollbackRemedy);
  showChange(change, outputs, isJson);
}

function rollbackRemedy(error: SimdgradError): string {
  if (error instanceof AmbiguousError) return " Say it with --model.";
  if (!(error instanceof NotFoundError)) return "";
  return error.details.outputs === undefined ? " mnist versions lists all." : " mnist promote makes one of a run.";
}
