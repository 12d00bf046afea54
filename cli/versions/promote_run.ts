// The work of `mnist promote`.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { CheckpointError, weightsDigest } from "../../lib/index.ts";
import { isModelName, type ModelName } from "../../models/index.ts";
import { decodeFinite } from "../checkpoints/checkpoints.ts";
import { fieldsOf, numberOf, textOf } from "../files/fields.ts";
import { appendEvent } from "../registry/append_event.ts";
import { type Registry, readRegistry, type VersionEvent, versionNumbers } from "../registry/registry.ts";
import { withRegistryLock } from "../registry/registry_lock.ts";
import { restoreVersion, writeVersion } from "../registry/version_file.ts";
import { listRuns, runNamed } from "../runs/list_runs.ts";
import { CHECKPOINT_FILE } from "../runs/run_file.ts";
import { type RunRecord, whyUnfinished } from "../runs/run_record.ts";
import { UsageError } from "../terminal/exit_codes.ts";
import { printNote } from "../terminal/note.ts";
import { messageOf } from "../terminal/report_error.ts";
import { describeChange } from "./version_output.ts";

export interface PromoteRequest {
  id: string;
  /** Where to look for it. */
  models: readonly ModelName[];
  note: string | undefined;
  outputs: string;
  isJson: boolean;
}

export async function promoteRun({ id, models, note, outputs, isJson }: PromoteRequest): Promise<void> {
  const where = models.length === 1 ? join(outputs, models[0]) : outputs;
  const run = runNamed(listRuns(outputs, models), id, where);
  const { bytes, weights } = readFinished(run);
  const { event, before, isNew } = await withRegistryLock(dirname(run.path), () => {
    const registry = readRegistry(outputs, run.model);
    const before = registry.current;
    const known = registry.events.filter((each) => each.run === run.id && each.weights_sha256 === weights).at(-1);
    const copy = known ? restoreVersion(registry, known, bytes) : "lost";
    if (known && copy === "restored")
      printNote(`the copy of version ${known.version} was not whole; it is made again.`);
    if (known && copy !== "lost") {
      checkKnown(run, known, before, note);
      return { event: known, before, isNew: false };
    }
    const event = describe(run, registry, { bytes, weights, note });
    // The checkpoint first: a line without its file would be a version that nobody can load.
    writeVersion(registry, event.version, bytes);
    appendEvent(registry, event);
    return { event, before, isNew: true };
  });
  if (isNew && event.lineage.dataset !== "mnist") {
    printNote(`this run learned from ${event.lineage.dataset ?? "unknown"} digits, not from MNIST's.`);
  }
  const text = isJson ? JSON.stringify(event) : describeChange(run.model, event, isNew ? before : null, isNew, outputs);
  process.stdout.write(`${text}\n`);
}

/** @throws {UsageError} there would be something to do, which is not a promotion */
function checkKnown(run: RunRecord, known: VersionEvent, current: VersionEvent | null, note: string | undefined): void {
  if (known.version !== current?.version) {
    throw new UsageError(
      `promote: run ${run.id} is version ${known.version} already; mnist rollback --model ${run.model} --to ${known.version} makes it current again.`,
    );
  }
  if (note === undefined) return;
  throw new UsageError(
    `promote: run ${run.id} is version ${known.version} and current already, so --note has no event to go with; leave it out.`,
  );
}

/**
 * The checkpoint of a run that is worth a number.
 *
 * @throws {CheckpointError} the run has not ended well, or its checkpoint is not whole, finite, of this network, and
 *   the one that was measured
 */
function readFinished(run: RunRecord): { bytes: Uint8Array; weights: string } {
  const why = whyUnfinished(run) ?? (run.hasCheckpoint ? null : "it has no checkpoint");
  const refuse = (reason: string): never => {
    throw new CheckpointError(
      `promote: run ${run.model}/${run.id} cannot become a version: ${reason}. mnist runs shows which have ended.`,
      {
        run: run.id,
      },
    );
  };
  if (why !== null || !isModelName(run.model)) return refuse(why ?? "it is of no known network");
  const path = join(run.path, CHECKPOINT_FILE);
  try {
    const bytes = readFileSync(path);
    const weights = weightsDigest(decodeFinite(bytes, path, run.model).network);
    if (weights !== run.weights)
      refuse("its checkpoint is not the one that was measured; the SHA-256 of its weights is another");
    return { bytes, weights };
  } catch (error) {
    if (error instanceof CheckpointError) throw error;
    return refuse(messageOf(error));
  }
}

function describe(
  run: RunRecord,
  registry: Registry,
  { bytes, weights, note }: { bytes: Uint8Array; weights: string; note: string | undefined },
): VersionEvent {
  const { recipe, seed, dataset, versions } = run.content;
  return {
    version: Math.max(0, ...versionNumbers(registry)) + 1,
    kind: "promote",
    run: run.id,
    weights_sha256: weights,
    file_sha256: createHash("sha256").update(bytes).digest("hex"),
    metrics: {
      val_accuracy: run.validationAccuracy,
      test_accuracy: run.testAccuracy,
      test_loss: run.testLoss,
      test_images: run.measuredOn.images,
      epochs: run.epochs,
      seconds: run.seconds,
      threads: numberOf(fieldsOf(versions).threads),
    },
    lineage: {
      previous: registry.current?.version ?? null,
      seed: numberOf(seed),
      recipe_sha256: createHash("sha256").update(canonical(recipe)).digest("hex"),
      dataset: textOf(fieldsOf(dataset).name),
      dataset_sha256: textOf(fieldsOf(fieldsOf(dataset).train).sha256),
      simdgrad: textOf(fieldsOf(versions).simdgrad),
    },
    ...(note === undefined ? {} : { note }),
    date: new Date().toISOString(),
  };
}

/** JSON with the keys in order, so that equal recipes give equal digests. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const parts = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${parts.map(([name, part]) => `${JSON.stringify(name)}:${canonical(part)}`).join(",")}}`;
}
