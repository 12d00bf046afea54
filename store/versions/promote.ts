// Promotion: a run becomes the current version of its network.

import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { check, orNull } from "../../lib/base/check.ts";
import { notBlank } from "../../lib/base/line.ts";
import { readFileBounded } from "../../lib/base/read_file.node.ts";
import { reasonOf } from "../../lib/base/system_error.ts";
import { CheckpointError, OptionError, weightsDigest } from "../../lib/index.ts";
import type { ModelName } from "../../models/index.ts";
import { decodeModel } from "../checkpoints/load_model.ts";
import { FILE_LIMITS } from "../files/file_limits.ts";
import { folderOf } from "../runs/find_run.ts";
import { listRuns, runNamed } from "../runs/list_runs.ts";
import { CHECKPOINT_FILE } from "../runs/run_folder.ts";
import { epochsOf, measuredOnOf, type StoredRun, secondsOf, whyUnfinished } from "../runs/stored_run.ts";
import { appendRecord, type Registry, readRegistry, versionNumbers, withRegistryLock } from "./registry.ts";
import { restoreVersion, writeVersion } from "./version_file.ts";
import { MAX_VERSION, type VersionRecord } from "./version_record.ts";

/** What promoting or rolling back did. */
export interface VersionChange {
  model: ModelName;
  /** The line that says so; where nothing had to be done, the one that made the version current. */
  record: VersionRecord;
  /** The version that was current until then; null where there was none, or nothing had to be done. */
  before: VersionRecord | null;
  /** Whether a line was added. */
  isNew: boolean;
  /** Whether the copy of the version's checkpoint was not whole, and was restored. */
  wasRestored: boolean;
  /** Whether the registry ended in a part of a line, left by a crash, which was cut off. */
  wasCut: boolean;
}

/**
 * Gives a run the next version number. A run that is a version already, and current, stays it.
 *
 * @param word   which run
 * @param models of which networks
 * @throws {NotFoundError} there is no such run
 * @throws {AmbiguousError} there are several
 * @throws {OptionError} a blank word or note
 * @throws {KnownVersionError} it is a version already, and there would be something else to do
 * @throws {CheckpointError} the run has not ended well, or its checkpoint is not whole, finite, of this network, and
 *   the one that was measured
 */
export async function promote(
  outputs: string,
  models: readonly ModelName[],
  word: string,
  note: string | null = null,
): Promise<VersionChange> {
  check("promote", "note", note, orNull(notBlank));
  const run = runNamed(listRuns(outputs, models), word, folderOf(outputs, models));
  const { model } = run;
  const { bytes, weights } = readFinished(run);
  return withRegistryLock(dirname(run.path), () => {
    const registry = readRegistry(outputs, model);
    const before = registry.current;
    const known = registry.records.filter((each) => each.run === run.id && each.weightsSha256 === weights).at(-1);
    const copy = known ? restoreVersion(registry, known, bytes) : "lost";
    if (known && copy !== "lost") {
      if (known.version !== before?.version || note !== null) {
        throw new KnownVersionError(run, known.version, {
          isCurrent: known.version === before?.version,
          wasRestored: copy === "restored",
        });
      }
      return { model, record: known, before: null, isNew: false, wasRestored: copy === "restored", wasCut: false };
    }
    const record = describe(run, registry, { bytes, weights, note });
    if (record.version > MAX_VERSION) {
      throw new CheckpointError(`promote: no version number is left; the highest of ${model} is ${MAX_VERSION}.`, {
        model,
      });
    }
    // The checkpoint first: a line without its file would be a version that nobody can load.
    writeVersion(registry, record.version, bytes);
    const { wasCut } = appendRecord(registry, record);
    return { model, record, before, isNew: true, wasRestored: false, wasCut };
  });
}

/** A run that is a version already: to make that one current is a rollback, and a note has no line to go with. */
export class KnownVersionError extends OptionError {
  override readonly name: string = "KnownVersionError";
  readonly isCurrent: boolean;
  /** Whether the copy of the version's checkpoint was not whole, and was restored all the same. */
  readonly wasRestored: boolean;

  constructor(
    run: StoredRun,
    readonly version: number,
    { isCurrent, wasRestored }: { isCurrent: boolean; wasRestored: boolean },
  ) {
    const { model, id } = run;
    const why = isCurrent ? "and current, so a note has no line to go with" : "but not current; roll back to it";
    super(`promote: run ${id} is version ${version} already, ${why}.`, {
      ...{ model, run: id, version, isCurrent, wasRestored },
    });
    this.isCurrent = isCurrent;
    this.wasRestored = wasRestored;
  }
}

/** The checkpoint of a run that is worth a number. */
function readFinished(run: StoredRun): { bytes: Uint8Array; weights: string } {
  const why = whyUnfinished(run) ?? (run.hasCheckpoint ? null : "it has no checkpoint");
  const refuse = (reason: string): never => {
    throw new CheckpointError(`promote: run ${run.model}/${run.id} cannot become a version: ${reason}.`, {
      run: run.id,
      reason,
    });
  };
  if (why !== null) return refuse(why);
  const path = join(run.path, CHECKPOINT_FILE);
  try {
    const bytes = readFileBounded(path, FILE_LIMITS.weights);
    const weights = weightsDigest(decodeModel(bytes, path, run.model).network);
    if (weights !== run.record.result.weightsSha256) {
      refuse("its checkpoint is not the one that was measured; the SHA-256 of its weights is another");
    }
    return { bytes, weights };
  } catch (error) {
    if (error instanceof CheckpointError) throw error;
    return refuse(`its checkpoint cannot be read: ${reasonOf(error)}`);
  }
}

function describe(
  run: StoredRun,
  registry: Registry,
  { bytes, weights, note }: { bytes: Uint8Array; weights: string; note: string | null },
): VersionRecord {
  const { record } = run;
  return {
    version: versionNumbers(registry).reduce((highest, version) => Math.max(highest, version), 0) + 1,
    kind: "promote",
    from: null,
    run: run.id,
    weightsSha256: weights,
    fileSha256: createHash("sha256").update(bytes).digest("hex"),
    metrics: {
      validationAccuracy: record.history?.kept?.validationAccuracy ?? null,
      testAccuracy: record.result.testAccuracy,
      testLoss: record.result.testLoss,
      testImages: measuredOnOf(run).images,
      epochs: epochsOf(run)?.done ?? null,
      seconds: secondsOf(run),
      threads: record.versions.threads,
    },
    lineage: {
      previous: registry.current?.version ?? null,
      seed: record.seed,
      recipeSha256: createHash("sha256").update(canonical(record.recipe)).digest("hex"),
      dataset: record.dataset.name,
      trainedOn: record.dataset.trainedOn,
      datasetSha256: record.dataset.train?.sha256 ?? null,
      simdgrad: record.versions.simdgrad,
    },
    note,
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
