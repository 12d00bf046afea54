// The work of `mnist infer`: every file on its own, so that a bad one spoils none of the others.

import process from "node:process";
import { decodePicture, enableRelaxedSimd } from "../../data/index.node.ts";
import { preprocessDigit } from "../../data/index.ts";
import { Classifier, readDigitLikeness } from "../../models/index.ts";
import type { LoadedModel } from "../../store/checkpoints/load_model.ts";
import type { Flags } from "../command_line/flags.ts";
import { describeOrigin, modelAskedFor } from "../inputs/asked_model.ts";
import { AlreadyReportedError, EXIT, exitCodeOf } from "../terminal/exit_codes.ts";
import { reportError } from "../terminal/report_error.ts";
import { stderr, stdout } from "../terminal/terminal.ts";
import { AnswerTable, describeAnswer } from "./describe_answer.ts";
import { drawDigit } from "./draw_digit.ts";
import { type FileAnswer, fileAnswer } from "./file_answer.ts";
import { describeDigits, type FileDigits, inferAll } from "./infer_all.ts";
import { pictureName, readPicture } from "./read_picture.ts";
import { SeenPictures } from "./seen_pictures.ts";

export interface InferRequest {
  files: readonly string[];
  /** Every digit of each picture. */
  isAll: boolean;
  isVisual: boolean;
  /** The folder for the pictures of --visualize. */
  out: string;
  /** The bars of each picture, however many there are. */
  isVerbose: boolean;
  isJson: boolean;
}

/** With this many pictures or more, each gets one line. */
const MANY = 10;

export async function inferFiles(flags: Flags, request: InferRequest, signal: AbortSignal): Promise<void> {
  enableRelaxedSimd();
  const model = modelAskedFor(flags);
  const { files, isAll, isVisual, isVerbose, isJson } = request;
  const seen = isVisual ? new SeenPictures(request.out) : null;
  const table =
    files.length >= MANY && !isVerbose && !isVisual && !isJson && !isAll ? new AnswerTable(files, stdout) : null;
  // For people, however the results are read.
  if (isJson) stderr.print(stderr.dim(describeOrigin(model)));
  else stdout.print(stdout.dim(describeOrigin(model)));
  if (table) stdout.write(["", table.head()]);
  // Not performance.now(): Node loads performance when it is first used, which takes longer than the network.
  const classifier = new Classifier(model.network, {
    clock: () => Number(process.hrtime.bigint()) / 1e6,
    likeness: readDigitLikeness(model.metadata.digitLikeness),
  });
  classifier.warmUp();
  const answers: (FileAnswer | FileDigits)[] = [];
  let exitCode: number = EXIT.ok;
  for (const file of files) {
    signal.throwIfAborted();
    try {
      if (isAll) answers.push(await inferDigits(file, model, classifier, isJson));
      else answers.push(await inferFile(file, model, classifier, seen, isJson, table));
    } catch (error) {
      reportError(error);
      exitCode = Math.max(exitCode, exitCodeOf(error));
    }
  }
  if (isJson) stdout.write(JSON.stringify(answers));
  if (exitCode !== EXIT.ok) throw new AlreadyReportedError(exitCode);
}

async function inferDigits(
  file: string,
  model: LoadedModel,
  classifier: Classifier,
  isJson: boolean,
): Promise<FileDigits> {
  const bytes = await readPicture(file);
  const found = inferAll(file, decodePicture(bytes, pictureName(file)), model, classifier);
  if (!isJson) stdout.write(["", ...describeDigits(found, stdout)]);
  return found;
}

async function inferFile(
  file: string,
  model: LoadedModel,
  classifier: Classifier,
  seen: SeenPictures | null,
  isJson: boolean,
  table: AnswerTable | null,
): Promise<FileAnswer> {
  const bytes = await readPicture(file);
  const read = classifier.read(preprocessDigit(decodePicture(bytes, pictureName(file))));
  const answer = fileAnswer(file, model, read);
  if (table) stdout.write(table.row(answer));
  else if (!isJson) stdout.write(["", ...describeAnswer(answer, stdout)]);
  if (seen && read.pixels) {
    const stream = isJson ? stderr : stdout;
    stream.write(drawDigit(read.pixels, stream.hasColor));
    const path = seen.write(file, read.pixels);
    stderr.print(`What the network saw: ${path}`);
  }
  return answer;
}
