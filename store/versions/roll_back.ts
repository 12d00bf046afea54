// Rollback: another version of a network becomes current again.

import { join } from "node:path";
import { check, orNull } from "../../lib/base/check.ts";
import { notBlank } from "../../lib/base/line.ts";
import { AmbiguousError, NotFoundError } from "../../lib/index.ts";
import { MODEL_NAMES, type ModelName } from "../../models/index.ts";
import type { VersionChange } from "./promote.ts";
import { appendRecord, promotionOf, type Registry, readRegistry, withRegistryLock } from "./registry.ts";
import { readVersion, unknownVersion } from "./version_file.ts";
import type { VersionRecord } from "./version_record.ts";

/**
 * Makes another version current: the one before, or a certain one, earlier or later.
 *
 * @param model which network; undefined: the only one that has versions
 * @param to    the version's number; undefined: the one that was current when the current one was promoted
 * @throws {AmbiguousError} no network is named, and several have versions
 * @throws {OptionError} a blank note
 * @throws {NotFoundError} there is no such version
 * @throws {CheckpointError} its checkpoint is gone or changed
 */
export async function rollBack(
  outputs: string,
  { model, to, note = null }: { model?: ModelName; to?: number; note?: string | null } = {},
): Promise<VersionChange> {
  check("rollBack", "note", note, orNull(notBlank));
  const name = model ?? onlyModel(outputs);
  if (readRegistry(outputs, name).records.length === 0) throw noVersions(outputs, name);
  return withRegistryLock(join(outputs, name), () => {
    const registry = readRegistry(outputs, name);
    const current = registry.current;
    if (!current) throw noVersions(outputs, name);
    const target = targetOf(registry, current, to);
    if (target.version === current.version) {
      return { model: name, record: current, before: null, isNew: false, wasRestored: false, wasCut: false };
    }
    readVersion(registry, target); // Nobody is led to a file that is damaged or gone.
    const date = new Date().toISOString();
    const record: VersionRecord = { ...target, kind: "rollback", from: current.version, note, date };
    const { wasCut } = appendRecord(registry, record);
    return { model: name, record, before: current, isNew: true, wasRestored: false, wasCut };
  });
}

function targetOf(registry: Registry, current: VersionRecord, to: number | undefined): VersionRecord {
  const version = to ?? current.lineage.previous;
  if (version === null) {
    throw new NotFoundError(
      `rollBack: version ${current.version} of ${registry.model} was the first; there is no version before it.`,
      { version: current.version },
    );
  }
  const target = promotionOf(registry, version);
  if (!target) throw unknownVersion(registry, version);
  return target;
}

function onlyModel(outputs: string): ModelName {
  const names = MODEL_NAMES.filter((name) => readRegistry(outputs, name).records.length > 0);
  if (names.length > 1) {
    throw new AmbiguousError(`rollBack: ${names.join(" and ")} have versions; say which network is meant.`, { names });
  }
  if (names.length === 0) throw noVersions(outputs, "any network");
  return names[0];
}

function noVersions(outputs: string, model: string): NotFoundError {
  return new NotFoundError(`rollBack: there is no version of ${model} in ${outputs}.`, { model, outputs });
}
