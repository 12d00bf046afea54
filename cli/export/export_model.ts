// The work of `mnist export`.

import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { writeFileAtomic } from "../../data/index.node.ts";
import { statIfAny } from "../../lib/base/stat_if_any.node.ts";
import { RuntimeError, weightsDigest } from "../../lib/index.ts";
import { EXPORTERS, type ExportFormat } from "../../models/export/index.ts";
import type { LoadedModel } from "../../store/checkpoints/load_model.ts";
import { fileInPath } from "../../store/files/file_in_path.ts";
import type { Flags } from "../command_line/flags.ts";
import { describeOrigin, modelAskedFor } from "../inputs/asked_model.ts";
import { UsageError } from "../terminal/exit_codes.ts";
import { formatCount } from "../terminal/format.ts";
import { stderr, stdout } from "../terminal/terminal.ts";

export interface ExportRequest {
  format: ExportFormat;
  /** A path, or "-" for standard output; by default a file in the working folder, named after model and format. */
  out: string | undefined;
  isForced: boolean;
  isJson: boolean;
}

export async function exportModel(flags: Flags, request: ExportRequest): Promise<void> {
  const { format, isForced, isJson } = request;
  const model = modelAskedFor(flags);
  const path = request.out ?? `${model.name}.${format}`;
  if (path === "-") refuseTerminal(format);
  else {
    checkFolderOf(path);
    refuseToReplace(path, isForced);
  }
  const bytes = EXPORTERS[format](model);
  if (path === "-") stdout.writeBytes(bytes);
  else write(path, bytes, isForced);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const where = path === "-" ? "standard output" : path;
  if (isJson) {
    stdout.write(JSON.stringify(asJson(model, { format, path, bytes: bytes.length, sha256 })));
    return;
  }
  const about = `${where}: ${format}, ${formatCount(bytes.length)} bytes, sha256 ${sha256}`;
  (path === "-" ? stderr : stdout).print([describeOrigin(model), about]);
}

/** @throws {UsageError} bytes that no terminal can show */
function refuseTerminal(format: string): void {
  if (!stdout.isTerminal) return;
  throw new UsageError(`--out - would write ${format} to the terminal; name a file, or pipe it into a program.`);
}

/** @throws the folder that the file is to be in is not there, or no folder */
function checkFolderOf(path: string): void {
  const folder = dirname(path);
  const file = fileInPath(folder);
  if (file !== null) throw new Error(`cannot write ${path}: ${file} is a file, not a folder. Name another file.`);
  if (!statIfAny(folder)) {
    throw new Error(`cannot write ${path}: there is no folder ${folder}. Make it first, or name another file.`);
  }
}

/** @throws {UsageError} a file would be lost, which somebody has made there meanwhile */
function write(path: string, bytes: Uint8Array, isForced: boolean): void {
  try {
    writeFileAtomic(path, bytes, { replace: isForced });
  } catch (error) {
    if (error instanceof RuntimeError && error.details.code === "EEXIST") throw wouldReplace(path);
    throw error;
  }
}

function wouldReplace(path: string): UsageError {
  return new UsageError(`--out ${path} already exists; name another file, or replace it with --force.`);
}

/** @throws {UsageError} a file would be lost, or it is not a file */
function refuseToReplace(path: string, isForced: boolean): void {
  const found = statIfAny(path);
  if (!found) return;
  if (!found.isFile())
    throw new UsageError(`--out ${path} exists and is not a file; name a file, or - for standard output.`);
  if (!isForced) throw wouldReplace(path);
}

interface Written {
  format: ExportFormat;
  path: string;
  bytes: number;
  sha256: string;
}

function asJson({ name, path: checkpoint, network, metadata, version }: LoadedModel, written: Written): object {
  return {
    model: name,
    checkpoint,
    version,
    trained_on: metadata.trainedOn,
    weights_sha256: weightsDigest(network),
    ...written,
  };
}
