// The checkpoint of a version: found by "current" or its number, and proven to be what was promoted.

import { createHash } from "node:crypto";
import { lstatSync } from "node:fs";
import { dirname } from "node:path";
import { writeFileAtomic } from "../../data/index.node.ts";
import { makeFolder } from "../../lib/base/make_folder.node.ts";
import { readFileBounded } from "../../lib/base/read_file.node.ts";
import { reasonOf, systemCode } from "../../lib/base/system_error.ts";
import { CheckpointError, NotFoundError, RuntimeError } from "../../lib/index.ts";
import type { ModelName } from "../../models/index.ts";
import { FILE_LIMITS } from "../files/file_limits.ts";
import { promotionOf, type Registry, readRegistry, versionFile, versionNumbers } from "./registry.ts";
import type { VersionRecord } from "./version_record.ts";

/** @throws {NotFoundError} there is no such version */
export function findVersion(
  outputs: string,
  model: ModelName,
  version: number | "current",
): { registry: Registry; record: VersionRecord } {
  const registry = readRegistry(outputs, model);
  if (registry.records.length === 0) {
    throw new NotFoundError(`findVersion: there is no version of ${model} in ${outputs}.`, { model, outputs });
  }
  const record = version === "current" ? registry.current : promotionOf(registry, version);
  if (!record) throw unknownVersion(registry, Number(version));
  return { registry, record };
}

export function unknownVersion(registry: Registry, version: number): NotFoundError {
  const all = versionNumbers(registry);
  const known = all.length > 6 ? `${all.slice(0, 2).join(", ")} … ${all.at(-1)}` : all.join(", ");
  return new NotFoundError(
    `findVersion: there is no version ${version} of ${registry.model} in ${registry.outputs}; there ${all.length === 1 ? "is" : "are"} ${known}, and ${registry.current?.version} is current.`,
    { version, known: all },
  );
}

/** What has become of the copy of a version's checkpoint; "missing" where it cannot be read. */
export type FileState = "ok" | "missing" | "changed";

type Examined =
  | { state: "ok"; bytes: Uint8Array }
  | { state: "missing"; code: string }
  | { state: "changed"; sha256: string };

function examine(registry: Registry, { version, fileSha256 }: VersionRecord): Examined {
  let bytes: Uint8Array;
  try {
    bytes = readFileBounded(versionFile(registry, version), FILE_LIMITS.weights);
  } catch (error) {
    return { state: "missing", code: systemCode(error) ?? reasonOf(error) };
  }
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return sha256 === fileSha256 ? { state: "ok", bytes } : { state: "changed", sha256 };
}

export function stateOfVersion(registry: Registry, record: VersionRecord): FileState {
  return examine(registry, record).state;
}

/**
 * @returns the bytes, which are those that were promoted
 * @throws {CheckpointError} the file is gone or changed
 */
export function readVersion(registry: Registry, record: VersionRecord): Uint8Array {
  const { version, fileSha256, run } = record;
  const path = versionFile(registry, version);
  const found = examine(registry, record);
  if (found.state === "ok") return found.bytes;
  if (found.state === "missing") {
    const { code } = found;
    throw new CheckpointError(
      `readVersion: version ${version} of ${registry.model}: ${path} cannot be read (${code}). Put it back, or promote run ${run} again.`,
      { path, code },
    );
  }
  const { sha256 } = found;
  throw new CheckpointError(
    `readVersion: version ${version} of ${registry.model}: ${path} is not what was promoted; its SHA-256 is ${sha256.slice(0, 12)}…, ` +
      `expected ${fileSha256.slice(0, 12)}…. It is not used: put the file back, or promote run ${run} again.`,
    { path, sha256, expected: fileSha256 },
  );
}

/**
 * Whether the copy of a version is whole; where it is not, it is restored from the run's checkpoint.
 *
 * @param bytes the run's checkpoint as it is now
 * @returns "lost": they are not what was promoted either
 */
export function restoreVersion(
  registry: Registry,
  record: VersionRecord,
  bytes: Uint8Array,
): "whole" | "restored" | "lost" {
  if (stateOfVersion(registry, record) === "ok") return "whole";
  if (createHash("sha256").update(bytes).digest("hex") !== record.fileSha256) return "lost";
  writeVersion(registry, record.version, bytes);
  return "restored";
}

/** The copy of a run's checkpoint that a version has. */
export function writeVersion(registry: Registry, version: number, bytes: Uint8Array): void {
  const path = versionFile(registry, version);
  const folder = dirname(path);
  makeFolder(folder);
  if (lstatSync(folder).isSymbolicLink()) {
    throw new RuntimeError(`writeVersion: ${folder} is a link; put a folder in its place.`, { folder });
  }
  writeFileAtomic(path, bytes, { followLinks: false });
}
