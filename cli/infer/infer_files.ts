// The work of `mnist infer`: every file on its own, so that a bad one spoils none of the others.

import process from "node:process";
import { decodePng } from "../../data/index.node.ts";
import { preprocessDigit } from "../../data/index.ts";
import { describeOrigin, type LoadedModel, loadModel } from "../checkpoints/checkpoints.ts";
import type { Flags } from "../command_line/flags.ts";
import { enableRelaxedSimd } from "../load/relaxed_simd.ts";
import { AlreadyReportedError, EXIT, exitCodeOf } from "../terminal/exit_codes.ts";
import { printable } from "../terminal/format.ts";
import { reportError } from "../terminal/report_error.ts";
import { stderr, stdout } from "../terminal/terminal.ts";
import { drawDigit } from "./draw_digit.ts";
import { describeAnswer } from "./infer_output.ts";
import { type Answer, readDigit, warmUp } from "./read_digit.ts";
import { readPicture } from "./read_picture.ts";
import { SeenPictures } from "./seen_pictures.ts";

export interface InferRequest {
  files: readonly string[];
  isVisual: boolean;
  /** The folder for the pictures of --visualize. */
  out: string;
  isJson: boolean;
}

export async function inferFiles(flags: Flags, request: InferRequest, signal: AbortSignal): Promise<void> {
  enableRelaxedSimd();
  const model = loadModel(flags);
  const seen = request.isVisual ? new SeenPictures(request.out) : null;
  // For people, however the results are read.
  if (request.isJson) process.stderr.write(`${stderr.dim(describeOrigin(model))}\n`);
  else process.stdout.write(`${stdout.dim(describeOrigin(model))}\n`);
  warmUp(model.network);
  const answers: Answer[] = [];
  let exitCode: number = EXIT.ok;
  for (const file of request.files) {
    signal.throwIfAborted();
    try {
      answers.push(await inferFile(file, model, request, seen));
    } catch (error) {
      reportError(error);
      exitCode = Math.max(exitCode, exitCodeOf(error));
    }
  }
  if (request.isJson) process.stdout.write(`${JSON.stringify(answers)}\n`);
  if (exitCode !== EXIT.ok) throw new AlreadyReportedError(exitCode);
}

async function inferFile(
  file: string,
  { name: model, network, path: checkpoint, version }: LoadedModel,
  { isJson }: InferRequest,
  seen: SeenPictures | null,
): Promise<Answer> {
  const bytes = await readPicture(file);
  const { pixels, warnings, isBlank } = preprocessDigit(decodePng(bytes, file === "-" ? "standard input" : file));
  const answer = readDigit(network, { file, model, checkpoint, version, pixels, warnings, isBlank });
  if (!isJson) process.stdout.write(`\n${describeAnswer(answer, stdout).join("\n")}\n`);
  if (seen && !isBlank) {
    const drawing = drawDigit(pixels, isJson ? stderr.hasColor : stdout.hasColor);
    (isJson ? process.stderr : process.stdout).write(`${drawing.join("\n")}\n`);
    const path = seen.write(file, pixels);
    process.stderr.write(`What the network saw: ${printable(path)}\n`);
  }
  return answer;
}
