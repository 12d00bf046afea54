// What the two streams can show: colours, width, redrawing.

import process from "node:process";

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

const DEFAULT_WIDTH = 80;

/** FORCE_COLOR over NO_COLOR over TERM=dumb over "is it a terminal", as Node and its tools have it. */
export function wantsColor(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  if (env.NO_COLOR) return false;
  return isTerminal && env.TERM !== "dumb";
}

/** @param stream asked for at first use, since Node makes its streams then, at the cost of a millisecond or two each */
function describeStream(stream: () => NodeJS.WriteStream): TerminalStream {
  const isTerminal = (): boolean => stream().isTTY === true;
  const hasColor = (): boolean => wantsColor(process.env, isTerminal());
  const style = (on: number, off: number) => (text: string) =>
    text && hasColor() ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return {
    get isTerminal() {
      return isTerminal();
    },
    get hasColor() {
      return hasColor();
    },
    get width() {
      return stream().columns || DEFAULT_WIDTH;
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
