// The versions of a network: OUTPUTS/MODEL/versions.jsonl, one line a promotion or rollback, and a copy of each version's
// checkpoint in OUTPUTS/MODEL/versions/. Lines are added, never changed: what was current when can be read at any time.

import { ftruncateSync } from "node:fs";
import { join } from "node:path";
import { check } from "../../lib/base/check.ts";
import { notBlank } from "../../lib/base/line.ts";
import { appendAll, closeQuietly, openOwned } from "../../lib/base/open_file.node.ts";
import { readFileBounded } from "../../lib/base/read_file.node.ts";
import { describeSystemError, reasonOf, systemCode } from "../../lib/base/system_error.ts";
import { flushFile } from "../../lib/formats/flush_file.node.ts";
import { CheckpointError, DataError, RuntimeError } from "../../lib/index.ts";
import type { ModelName } from "../../models/index.ts";
import { FILE_LIMITS } from "../files/file_limits.ts";
import { withLock } from "../files/file_lock.ts";
import { readVersionRecord, type VersionRecord, writeVersionRecord } from "./version_record.ts";

export interface Registry {
  model: ModelName;
  outputs: string;
  path: string;
  records: readonly VersionRecord[];
  /** The last record: what is current. */
  current: VersionRecord | null;
  /** What a crash left at the end: a line without its end, or a part of one; null where there is nothing of the kind. */
  tail: { isWhole: boolean; start: number } | null;
}

const NEWLINE = 10;

/**
 * The registry as it stands; without a file, an empty one. The end of a line that a crash cut short is left out.
 *
 * @throws {CheckpointError} another line is damaged: guessing could make the wrong version current
 */
export function readRegistry(outputs: string, model: ModelName): Registry {
  check("readRegistry", "outputs", outputs, notBlank);
  const path = registryFile(outputs, model);
  const bytes = readBytes(path);
  const end = bytes.lastIndexOf(NEWLINE) + 1;
  const lines = bytes.subarray(0, end).toString().split("\n").slice(0, -1);
  const records: VersionRecord[] = [];
  const promoted = new Set<number>();
  for (const [i, line] of lines.entries()) {
    const record = recordOrProblem(line, promoted);
    if (typeof record === "string") {
      throw new CheckpointError(
        `readRegistry: ${path}: line ${i + 1} ${record}. Put the file back as it was, or take that line out; the checkpoints are in ${join(outputs, model, "versions")}.`,
        { path, line: i + 1 },
      );
    }
    records.push(record);
    promoted.add(record.version);
  }
  const rest = bytes.subarray(end).toString();
  const last = rest === "" ? "" : recordOrProblem(rest, promoted);
  if (typeof last !== "string") records.push(last);
  const tail = rest === "" ? null : { isWhole: typeof last !== "string", start: end };
  return { model, outputs, path, records, current: records.at(-1) ?? null, tail };
}

/** The line that made a version; undefined where no line did. */
export function promotionOf({ records }: Registry, version: number): VersionRecord | undefined {
  return records.find((record) => record.kind === "promote" && record.version === version);
}

/** In ascending order. */
export function versionNumbers({ records }: Registry): number[] {
  return records.filter(({ kind }) => kind === "promote").map(({ version }) => version);
}

/** The file of a network's registry. */
export function registryFile(outputs: string, model: ModelName): string {
  return join(outputs, model, "versions.jsonl");
}

/** The copy of a version's checkpoint. */
export function versionFile({ outputs, model }: Pick<Registry, "outputs" | "model">, version: number): string {
  return join(outputs, model, "versions", `${version}.safetensors`);
}

/** One program at a time changes a network's versions. @param folder the network's, which exists */
export async function withRegistryLock<T>(folder: string, change: () => T, patienceMs?: number): Promise<T> {
  return withLock(join(folder, "versions.lock"), "The versions are being changed", change, patienceMs);
}

/**
 * Adds a line at the end of the file, flushed to the disk. What a crash left there is mended first: a whole line gets its end,
 * a part of one is cut off. Whoever does this holds the lock from reading to writing.
 *
 * @returns whether a part of a line was cut off
 * @throws {RuntimeError} it cannot be written; the file's lines are as they were
 */
export function appendRecord({ path, tail }: Registry, record: VersionRecord): { wasCut: boolean } {
  let file: number | undefined;
  try {
    const opened = openOwned(path);
    file = opened.file;
    const wasCut = tail !== null && !tail.isWhole;
    if (wasCut) ftruncateSync(file, tail.start);
    const size = wasCut ? tail.start : opened.size;
    const line = Buffer.from(`${tail?.isWhole ? "\n" : ""}${writeVersionRecord(record)}\n`);
    appendAll(file, line, size, () => flushFile(opened.file));
    return { wasCut };
  } catch (error) {
    const problem = describeSystemError(`cannot write ${path}`, error);
    throw new RuntimeError(`appendRecord: ${problem}. ${whatStands(path, record)}`, { path, code: systemCode(error) });
  } finally {
    if (file !== undefined) closeQuietly(file);
  }
}

/** A disk that reports errors may have taken the line and then refused to shorten the file. */
function whatStands(path: string, record: VersionRecord): string {
  try {
    const isThere = readFileBounded(path, FILE_LIMITS.registry)
      .toString()
      .trimEnd()
      .endsWith(writeVersionRecord(record));
    return isThere ? "The line is in the file all the same: check which version is current." : "Nothing was changed.";
  } catch {
    return "Check which version is current.";
  }
}

function readBytes(path: string): Buffer {
  try {
    return readFileBounded(path, FILE_LIMITS.registry);
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return Buffer.alloc(0);
    throw new CheckpointError(`readRegistry: ${path} cannot be read (${code ?? reasonOf(error)}).`, { path, code });
  }
}

/** @returns what is wrong with the line, where something is */
function recordOrProblem(line: string, promoted: ReadonlySet<number>): VersionRecord | string {
  try {
    return readVersionRecord(line, promoted);
  } catch (error) {
    if (error instanceof DataError) return String(error.details.what);
    throw error;
  }
}
