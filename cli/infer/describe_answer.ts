// What `mnist infer` prints for a picture: bars for one, a line for each of many.

import type { AnswerFields } from "../../models/index.ts";
import { bar } from "../terminal/bar.ts";
import { formatPercent } from "../terminal/format.ts";
import { shortenPath } from "../terminal/shorten_path.ts";
import type { TerminalStream } from "../terminal/terminal.ts";
import { columnsOf, shorten } from "../terminal/width.ts";
import type { FileAnswer } from "./file_answer.ts";

/** "  7 " before a bar, "  99.98 %" behind it. */
const AROUND_BAR = 14;
const WIDEST_BAR = 60;

/** A line for the answer, one for each digit, one for each warning. */
export function describeAnswer(answer: FileAnswer, stream: TerminalStream): string[] {
  const warnings = notesOf(answer).map((note) => stream.yellow(`  note: ${note}`));
  const name = (width: number): string => stream.bold(shownName(answer.file, width, stream));
  const { predicted_class: digit, confidence, probabilities, latency_ms: latency } = answer;
  if (digit === null || confidence === null || probabilities === null || latency === null) {
    return [`${name(stream.width - ": no digit".length)}: ${stream.yellow("no digit")}`, ...warnings];
  }
  const width = Math.max(8, Math.min(WIDEST_BAR, stream.width - AROUND_BAR));
  const bars = probabilities.map((probability, c) => {
    const line = `  ${c} ${bar(probability, width)} ${formatPercent(probability).padStart(8)}`;
    return c === digit ? stream.green(line) : line;
  });
  const [share, time] = [formatPercent(confidence), milliseconds(latency)];
  const rest = `: ${digit}  ${share}  ${time}`;
  const headline = `${name(stream.width - rest.length)}: ${stream.bold(String(digit))}  ${share}  ${stream.dim(time)}`;
  return [headline, ...bars, ...warnings];
}

/** What makes the answer doubtful: above all that it shows no digit. A blank picture's warnings say so already. */
export function notesOf({ is_digit: isDigit, predicted_class: digit, reason, warnings }: AnswerFields): string[] {
  return isDigit === false && digit !== null ? [`this may not be a digit: ${reason}`, ...warnings] : [...warnings];
}

const TITLES = ["file", "digit", "sure", "time", "notes"] as const;
const WIDTHS = { digit: 5, sure: 8, time: 9 };
const GAP = "  ";
const AROUND_NAME = WIDTHS.digit + WIDTHS.sure + WIDTHS.time + 4 * GAP.length;
/** Room that a terminal keeps for notes; they are cut there, and --verbose has them whole. */
const NOTES = 20;

/** A table with one line per picture, which can be printed while the pictures are read, since the names are known before. */
export class AnswerTable {
  private readonly nameWidth: number;

  constructor(
    files: readonly string[],
    private readonly stream: TerminalStream,
  ) {
    const longest = Math.max(...[...files, TITLES[0]].map((file) => columnsOf(file)));
    this.nameWidth = stream.isTerminal ? Math.min(longest, Math.max(8, stream.width - AROUND_NAME - NOTES)) : longest;
  }

  head(): string {
    const [file, digit, sure, time, notes] = TITLES;
    return this.stream.bold(this.line(file, digit, sure, time, notes));
  }

  row(answer: FileAnswer): string {
    const { file, predicted_class: digit, confidence, latency_ms: latency } = answer;
    const { stream, nameWidth } = this;
    const room = stream.width - nameWidth - AROUND_NAME;
    const notes = notesOf(answer).join("; ");
    return this.line(
      shownName(file, nameWidth, stream),
      digit === null ? "–" : String(digit),
      confidence === null ? "–" : formatPercent(confidence),
      latency === null ? "–" : milliseconds(latency),
      stream.yellow(stream.isTerminal ? shorten(notes, room) : notes),
    );
  }

  private line(name: string, digit: string, sure: string, time: string, notes: string): string {
    const cells = [digit.padStart(WIDTHS.digit), sure.padStart(WIDTHS.sure), time.padStart(WIDTHS.time), notes];
    return [name + " ".repeat(Math.max(0, this.nameWidth - columnsOf(name))), ...cells].join(GAP).trimEnd();
  }
}

/** What a pipe's reader gets is whole. */
function shownName(file: string, width: number, { isTerminal }: TerminalStream): string {
  return isTerminal ? shortenPath(file, Math.max(8, width)) : file;
}

/** @example "0.12 ms", "1234 ms" */
function milliseconds(ms: number): string {
  return `${ms < 100 ? ms.toFixed(2) : ms.toFixed(0)} ms`;
}
