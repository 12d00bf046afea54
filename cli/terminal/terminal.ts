// The two streams: what they can show, and the only place from which anything reaches them. Text comes as lines, and each
// is written as one: whatever stands in a name, a file or an error, a terminal gets no command from it, and a reader no line
// that is not ours.

import process from "node:process";
import { styled, terminalLine } from "./style.ts";
import { shorten, wrap } from "./width.ts";

export interface TerminalStream {
  readonly isTerminal: boolean;
  readonly hasColor: boolean;
  /** Characters a line; 80 where there is no terminal. */
  readonly width: number;
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

export interface OutputStream extends TerminalStream {
  /** Sentences, one or several: a terminal gets them broken between words, everything else as they are. */
  print(lines: string | readonly string[]): void;
  /** Lines as they are: tables, drawings, JSON, which is JSON of the same value with what is escaped in it. */
  write(lines: string | readonly string[]): void;
  /** A line in place of the one before, as much of it as fits; null takes that away. Only where there is a terminal. */
  redraw(line: string | null): void;
  /** What no terminal is to show. */
  writeBytes(bytes: Uint8Array): void;
}

const DEFAULT_WIDTH = 80;
const CLEAR_LINE = "\r\u001b[2K";

/** FORCE_COLOR over NO_COLOR over TERM=dumb over "is it a terminal", as Node and its tools have it. */
export function wantsColor(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  if (env.NO_COLOR) return false;
  return isTerminal && env.TERM !== "dumb";
}

/** @param stream asked for at first use, since Node makes its streams then, at the cost of a millisecond or two each */
export function outputTo(stream: () => Pick<NodeJS.WriteStream, "isTTY" | "columns" | "write">): OutputStream {
  const isTerminal = (): boolean => stream().isTTY === true;
  const hasColor = (): boolean => wantsColor(process.env, isTerminal());
  const style =
    (on: string, off: string) =>
    (text: string): string =>
      hasColor() ? styled(text, on, off) : text;
  const width = (): number => stream().columns || DEFAULT_WIDTH;
  const write = (lines: readonly string[]): void => {
    stream().write(lines.map((line) => `${terminalLine(line)}\n`).join(""));
  };
  return {
    print(lines) {
      write(isTerminal() ? [lines].flat().flatMap((line) => wrap(line, width())) : [lines].flat());
    },
    write: (lines) => write([lines].flat()),
    redraw(line) {
      stream().write(CLEAR_LINE + (line === null ? "" : terminalLine(shorten(line, width() - 1))));
    },
    writeBytes(bytes) {
      stream().write(bytes);
    },
    get isTerminal() {
      return isTerminal();
    },
    get hasColor() {
      return hasColor();
    },
    get width() {
      return width();
    },
    bold: style("1", "22"),
    dim: style("2", "22"),
    red: style("31", "39"),
    green: style("32", "39"),
    yellow: style("33", "39"),
    cyan: style("36", "39"),
  };
}

export const stdout = outputTo(() => process.stdout);
export const stderr = outputTo(() => process.stderr);
