// What the two streams can show: colours, width, redrawing.

import process from "node:process";
import { wrap } from "./width.ts";

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
  /** A sentence, or several lines of them: a terminal gets them broken between words, everything else as they are. */
  print(text: string): void;
}

const DEFAULT_WIDTH = 80;

/** FORCE_COLOR over NO_COLOR over TERM=dumb over "is it a terminal", as Node and its tools have it. */
export function wantsColor(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  if (env.NO_COLOR) return false;
  return isTerminal && env.TERM !== "dumb";
}

/** @param stream asked for at first use, since Node makes its streams then, at the cost of a millisecond or two each */
function describeStream(stream: () => NodeJS.WriteStream): OutputStream {
  const isTerminal = (): boolean => stream().isTTY === true;
  const hasColor = (): boolean => wantsColor(process.env, isTerminal());
  const style = (on: number, off: number) => (text: string) =>
    text && hasColor() ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  const width = (): number => stream().columns || DEFAULT_WIDTH;
  return {
    print(text) {
      const lines = text.split("\n");
      const shown = isTerminal() ? lines.flatMap((line) => wrap(line, width())) : lines;
      stream().write(`${shown.join("\n")}\n`);
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
    bold: style(1, 22),
    dim: style(2, 22),
    red: style(31, 39),
    green: style(32, 39),
    yellow: style(33, 39),
    cyan: style(36, 39),
  };
}

export const stdout = describeStream(() => process.stdout);
export const stderr = describeStream(() => process.stderr);
