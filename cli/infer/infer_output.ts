// What `mnist infer` prints for a picture.

import { bar } from "../terminal/bar.ts";
import { formatPercent, printable } from "../terminal/format.ts";
import type { TerminalStream } from "../terminal/terminal.ts";
import type { Answer } from "./read_digit.ts";

/** "  7 " before a bar, "  99.98 %" behind it. */
const AROUND_BAR = 14;
const WIDEST_BAR = 60;

/** A line for the answer, one for each digit, one for each warning. */
export function describeAnswer(answer: Answer, stream: TerminalStream): string[] {
  const warnings = answer.warnings.map((warning) => stream.yellow(`  note: ${warning}`));
  const file = printable(answer.file);
  const { predicted_class: digit, confidence, probabilities, latency_ms: latency } = answer;
  if (digit === null || confidence === null || probabilities === null || latency === null) {
    return [`${stream.bold(file)}: ${stream.yellow("no digit")}`, ...warnings];
  }
  const width = Math.max(8, Math.min(WIDEST_BAR, stream.width - AROUND_BAR));
  const bars = probabilities.map((probability, c) => {
    const line = `  ${c} ${bar(probability, width)} ${formatPercent(probability).padStart(8)}`;
    return c === digit ? stream.green(line) : line;
  });
  const headline = `${stream.bold(file)}: ${stream.bold(String(digit))}  ${formatPercent(confidence)}`;
  return [`${headline}  ${stream.dim(`${latency.toFixed(2)} ms`)}`, ...bars, ...warnings];
}
