// A contestant is a separate process, asked line by line.

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { type Blas, type BlasTraces, blasOf } from "./blas.ts";

export interface Contestant {
  /** "PyTorch, channels_last". */
  name: string;
  threads: number;
  /** The program and its arguments; the task's folder comes after the first of these, the script. */
  command: [program: string, script: string, ...args: string[]];
  /** What installs it where it is missing; null for simdgrad itself. */
  install: string | null;
  isInstalled(): boolean;
}

/** What a contestant says first. */
export interface Introduction {
  version: string;
  /** What it runs on, in a few words. */
  build: string;
  /** Of PyTorch: what its BLAS can be told from. */
  blas?: BlasTraces;
}

/** What serve.mjs and pytorch.py answer. */
export interface Answer extends Partial<Introduction> {
  values?: number[];
  ms?: number;
  error?: string;
}

export interface Command {
  ask: "check" | "time";
  work: "train" | "infer";
  batch: number;
  runs?: number;
}

export interface Running extends Omit<Introduction, "blas"> {
  readonly blas: Blas | null;
  ask(command: Command): Promise<Answer>;
  stop(): void;
}

/** @throws it ended before it said its version; the message is the last line it complained with */
export async function start({ command: [program, script, ...args] }: Contestant, folder: string): Promise<Running> {
  const child = spawn(program, [script, folder, ...args], { stdio: ["pipe", "pipe", "pipe"] });
  const complaints = collect(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Answer> => {
    const { value, done } = await lines.next();
    return done ? { error: `it ended: ${complaints()}` } : JSON.parse(value);
  };
  // Where the process has ended, `next` says so; the pipe's own error adds nothing.
  child.stdin.on("error", () => {});
  const { version, build = "", blas, error } = await next();
  if (version === undefined) throw new Error(error);
  return {
    version,
    build,
    blas: blas ? blasOf(blas) : null,
    ask: (command) => {
      child.stdin.write(`${JSON.stringify(command)}\n`);
      return next();
    },
    stop: () => void child.stdin.end(),
  };
}

/** The line of what it wrote to stderr that says most: the last one that names an error. */
function collect(child: ChildProcess): () => string {
  let text = "";
  child.on("error", (error) => {
    text += `${error.message}\n`;
  });
  child.stderr?.setEncoding("utf8").on("data", (data) => {
    text += data;
  });
  return () => {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    return lines.filter((line) => /error/i.test(line)).at(-1) ?? lines.at(-1) ?? "without a word";
  };
}
