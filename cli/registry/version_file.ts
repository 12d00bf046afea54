// The checkpoint of a version: found by "current" or its number, and proven to be what was promoted.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { writeFileAtomic } from "../../data/index.node.ts";
import { CheckpointError } from "../../lib/index.ts";
import { UsageError } from "../terminal/exit_codes.ts";
import {
  promotionOf,
  type Registry,
  readRegistry,
  type VersionEvent,
  versionFile,
  versionNumbers,
} from "./registry.ts";

/** What a version was asked for with: a flag, and what that takes. */
export interface AskedBy {
  flag: string;
  takes: string;
}

const VERSION_FLAG: AskedBy = { flag: "--version", takes: "current, shipped or a version's number" };

/**
 * @param which "current", or a number as text
 * @param asked for messages
 * @throws {UsageError} it is neither
 * @throws {CheckpointError} there is no such version
 */
export function findVersion(
  outputs: string,
  model: string,
  which: string,
  { flag, takes }: AskedBy = VERSION_FLAG,
): { registry: Registry; event: VersionEvent } {
  if (!/^(current|v?[1-9]\d{0,8})$/.test(which)) {
    throw new UsageError(`${flag} takes ${takes}; got ${which}. mnist versions lists them.`);
  }
  const registry = readRegistry(outputs, model);
  if (registry.events.length === 0) {
    throw new CheckpointError(
      `${flag} ${which}: there is no version of ${model} in ${outputs}. mnist promote makes one of a run; ${flag} shipped is always there.`,
      { model, outputs },
    );
  }
  const number = Number(which.replace("v", ""));
  const event = which === "current" ? registry.current : promotionOf(registry, number);
  if (!event) throw unknownVersion(registry, number);
  return { registry, event };
}

export function unknownVersion(registry: Registry, version: number): CheckpointError {
  const all = versionNumbers(registry);
  const known = all.length > 6 ? `${all.slice(0, 2).join(", ")} … ${all.at(-1)}` : all.join(", ");
  return new CheckpointError(
    `there is no version ${version} of ${registry.model} in ${registry.outputs}; there ${all.length === 1 ? "is" : "are"} ${known}, and ${registry.current?.version} is current.`,
    { version },
  );
}

/**
 * @returns the bytes, which are those that were promoted
 * @throws {CheckpointError} the file is gone or changed
 */
export function readVersion(registry: Registry, { version, file_sha256, run }: VersionEvent): Uint8Array {
  const path = versionFile(registry, version);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CheckpointError(
      `version ${version} of ${registry.model}: ${path} cannot be read (${code}). Put it back, or promote run ${run} again.`,
      { path, code },
    );
  }
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (sha256 !== file_sha256) {
    throw new CheckpointError(
      `version ${version} of ${registry.model}: ${path} is not what was promoted; its SHA-256 is ${sha256.slice(0, 12)}…, ` +
        `expected ${file_sha256.slice(0, 12)}…. It is not used: put the file back, or promote run ${run} again.`,
      { path, sha256, expected: file_sha256 },
    );
  }
  return bytes;
}

/**
 * Whether the copy of a version is whole; where it is not, it is made again of the run's checkpoint.
 *
 * @param bytes the run's checkpoint as it is now
 * @returns "lost": they are not what was promoted either
 */
export function restoreVersion(
  registry: Registry,
  event: VersionEvent,
  bytes: Uint8Array,
): "whole" | "restored" | "lost" {
  try {
    readVersion(registry, event);
    return "whole";
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
  }
  if (createHash("sha256").update(bytes).digest("hex") !== event.file_sha256) return "lost";
  writeVersion(registry, event.version, bytes);
  return "restored";
}

/** The copy of a run's checkpoint that a version has. */
export function writeVersion(registry: Registry, version: number, bytes: Uint8Array): void {
  const path = versionFile(registry, version);
  mkdirSync(dirname(path), { recursive: true });
  writeFileAtomic(path, bytes);
}
