// The versions of a model: outputs/<model>/versions.jsonl, one line an event, and a copy of each version's checkpoint
// in outputs/<model>/versions/. Lines are added, never changed: what was current when can be read at any time.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CheckpointError } from "../../lib/index.ts";
import { fieldsOf, numberOf, textOf } from "../files/fields.ts";

export interface VersionEvent {
  /** From 1; the number that is current from this line on. */
  version: number;
  kind: "promote" | "rollback";
  /** Of a rollback: the version that was current until then. */
  from?: number;
  /** The run's id. */
  run: string;
  weights_sha256: string;
  /** Of the whole file versions/N.safetensors. */
  file_sha256: string;
  metrics: {
    val_accuracy: number | null;
    test_accuracy: number | null;
    test_loss: number | null;
    /** On how many images; older lines lack it. */
    test_images?: number | null;
    /** With how many it trained for `seconds`; older lines lack it. */
    threads?: number | null;
    epochs: number | null;
    seconds: number | null;
  };
  lineage: {
    /** The version that was current when this one was promoted; null for the first. */
    previous: number | null;
    seed: number | null;
    recipe_sha256: string;
    dataset: string | null;
    dataset_sha256: string | null;
    simdgrad: string | null;
  };
  note?: string;
  date: string;
}

export interface Registry {
  model: string;
  outputs: string;
  path: string;
  events: readonly VersionEvent[];
  /** The last event: what is current. */
  current: VersionEvent | null;
  /** What a crash left at the end: a line without its end, or a part of one; null where there is nothing of the kind. */
  tail: { isWhole: boolean; start: number } | null;
}

const DIGEST = /^[0-9a-f]{64}$/;
const NEWLINE = 10;

/**
 * The registry as it stands; without a file, an empty one. The end of a line that a crash cut short is left out.
 *
 * @throws {CheckpointError} another line is damaged: guessing could make the wrong version current
 */
export function readRegistry(outputs: string, model: string): Registry {
  const path = join(outputs, model, "versions.jsonl");
  const bytes = readBytes(path);
  const end = bytes.lastIndexOf(NEWLINE) + 1;
  const lines = bytes.subarray(0, end).toString().split("\n").slice(0, -1);
  const events: VersionEvent[] = [];
  for (const [i, line] of lines.entries()) {
    const event = parseEvent(line, events);
    if (typeof event === "string") {
      throw new CheckpointError(
        `${path}: line ${i + 1} ${event}. Put the file back as it was, or take that line out; the checkpoints are in ${join(outputs, model, "versions")}.`,
        { path, line: i + 1 },
      );
    }
    events.push(event);
  }
  const rest = bytes.subarray(end).toString();
  const last = rest === "" ? "" : parseEvent(rest, events);
  if (typeof last !== "string") events.push(last);
  const tail = rest === "" ? null : { isWhole: typeof last !== "string", start: end };
  return { model, outputs, path, events, current: events.at(-1) ?? null, tail };
}

/** The line that made a version; undefined where there is none. */
export function promotionOf({ events }: Registry, version: number): VersionEvent | undefined {
  return events.find((event) => event.kind === "promote" && event.version === version);
}

/** In ascending order. */
export function versionNumbers({ events }: Registry): number[] {
  return events.filter(({ kind }) => kind === "promote").map(({ version }) => version);
}

/** The copy of a version's checkpoint. */
export function versionFile({ outputs, model }: Pick<Registry, "outputs" | "model">, version: number): string {
  return join(outputs, model, "versions", `${version}.safetensors`);
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return Buffer.alloc(0);
    throw new CheckpointError(`${path} cannot be read (${code}).`, { path, code });
  }
}

/** @returns what is wrong with it, where something is */
function parseEvent(line: string, before: readonly VersionEvent[]): VersionEvent | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return "is not JSON";
  }
  const { version, kind, run, weights_sha256, file_sha256, date, lineage } = fieldsOf(value);
  if (!Number.isSafeInteger(version) || Number(version) < 1) return "has no version number";
  if (kind !== "promote" && kind !== "rollback")
    return `is of a kind this version of mnist does not know: ${JSON.stringify(kind)}`;
  if (textOf(run) === null || textOf(date) === null) return "lacks its run or its date";
  if (!DIGEST.test(String(weights_sha256)) || !DIGEST.test(String(file_sha256))) return "lacks a SHA-256";
  const isKnown = before.some((event) => event.version === version);
  if (kind === "promote" && isKnown) return `promotes version ${version} a second time`;
  if (kind === "rollback" && !isKnown) return `goes back to version ${version}, which no line before it promotes`;
  const { previous } = fieldsOf(lineage);
  if (previous !== null && numberOf(previous) === null) return "does not say which version came before";
  return { ...(value as VersionEvent), metrics: fieldsOf(fieldsOf(value).metrics) as VersionEvent["metrics"] };
}
