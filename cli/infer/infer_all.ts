// What `mnist infer --all` prints for a picture: every digit in it, with its place.

import { type PictureBox, preprocessDigits, readingLines } from "../../data/index.ts";
import type { Picture } from "../../lib/index.ts";
import { type AnswerFields, type Classifier, type LocatedAnswer, writeAnswer } from "../../models/index.ts";
import type { LoadedModel } from "../../store/checkpoints/load_model.ts";
import { formatPercent } from "../terminal/format.ts";
import { shortenPath } from "../terminal/shorten_path.ts";
import type { TerminalStream } from "../terminal/terminal.ts";
import { notesOf } from "./describe_answer.ts";

/** What --json prints for a file. */
export interface FileDigits {
  file: string;
  model: string;
  /** The file of the network's weights. */
  checkpoint: string;
  /** Which of the model's versions they are; null: none. */
  version: number | null;
  /** In reading order. */
  digits: (AnswerFields & { box: PictureBox })[];
}

export function inferAll(file: string, picture: Picture, model: LoadedModel, classifier: Classifier): FileDigits {
  const { name, path: checkpoint, version } = model;
  const answers = classifier.readAll(preprocessDigits(picture));
  return { file, model: name, checkpoint, version, digits: answers.map(writeDigit) };
}

function writeDigit(answer: LocatedAnswer): FileDigits["digits"][number] {
  return { box: answer.box, ...writeAnswer(answer) };
}

/** A line for all, as they stand, and one for each. */
export function describeDigits({ file, digits }: FileDigits, stream: TerminalStream): string[] {
  const name = stream.bold(stream.isTerminal ? shortenPath(file, Math.max(8, stream.width - 24)) : file);
  if (digits.length === 0) return [`${name}: ${stream.yellow("no digit")}`];
  const lines = readingLines(digits).map((line) => line.map(({ predicted_class: digit }) => digit).join(" "));
  const isOneLine = lines.length === 1;
  const head = `${name}: ${digits.length} ${digits.length === 1 ? "digit" : "digits"}${isOneLine ? `: ${lines[0]}` : ""}`;
  const rows = digits.map((each) => {
    const { predicted_class: digit, confidence, box } = each;
    const place = `at ${box.left}, ${box.top}, ${box.width} × ${box.height}`;
    const line = `  ${stream.bold(String(digit))}  ${formatPercent(confidence ?? 0).padStart(8)}  ${stream.dim(place)}`;
    return [line, ...notesOf(each).map((note) => stream.yellow(`  note: ${note}`))];
  });
  return [head, ...(isOneLine ? [] : lines.map((line) => `  ${stream.bold(line)}`)), ...rows.flat()];
}
