// The program `mnist`, run as users run it: another process, in its own folder.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { bundled } from "./bundled_program.ts";

const TSX = import.meta.resolve("tsx");
const LIMIT_MS = 120_000;

export interface Outcome {
  /** Null where a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

type Listener = (text: string, kill: (signal: NodeJS.Signals) => void) => void;

export interface CliOptions {
  env?: NodeJS.ProcessEnv;
  /** Modules to load before the program. */
  imports?: readonly string[];
  /** Written to standard input. */
  input?: Uint8Array;
  /** Set for the one case in which a stack trace is wanted. */
  mayShowStack?: boolean;
  /** Called with everything on stderr so far; may send a signal. */
  onStderr?: Listener;
  /** Told which signal ended it; null where none did. */
  onEnd?(signal: NodeJS.Signals | null): void;
}

/** A folder that is gone when the test file ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "simdgrad-cli-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs `mnist ...args` in `cwd`, as one bundle, which starts in a third of the time; whatever the outcome, it must not show a stack trace. */
export async function runCli(cwd: string, args: readonly string[], options: CliOptions = {}): Promise<Outcome> {
  return runNodeProgram([bundled("cli.js")], cwd, args, options);
}

/** The same of another copy's cli/main.ts, or of any program in TypeScript. */
export async function runProgram(
  main: string,
  cwd: string,
  args: readonly string[],
  options: CliOptions = {},
): Promise<Outcome> {
  return runNodeProgram(["--import", TSX, main], cwd, args, options);
}

async function runNodeProgram(
  program: readonly string[],
  cwd: string,
  args: readonly string[],
  options: CliOptions,
): Promise<Outcome> {
  const { env = {}, imports = [], input, mayShowStack = false, onStderr, onEnd } = options;
  const loaded = imports.flatMap((module) => ["--import", module]);
  const child = spawn(process.execPath, [...loaded, ...program, ...args], {
    cwd,
    // As if not by npx, whatever the tests were started with.
    env: { ...process.env, NO_COLOR: "1", npm_command: undefined, ...env },
    timeout: LIMIT_MS,
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
    onStderr?.(stderr, (signal) => child.kill(signal));
  });
  child.stdin.on("error", () => {}); // closed early by a program that does not read it
  child.stdin.end(input);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.on("close", (...ended) => resolve(ended)),
  );
  if (!mayShowStack) assert.not.match(stdout + stderr, /^\s+at .*:\d+:\d+|\bnode:internal\b|UnhandledPromise/m);
  onEnd?.(signal);
  return { code, stdout, stderr };
}

/** It must end with this code and exactly one line on stderr, which says this; and with nothing on stdout. */
export async function expectFailure(
  cwd: string,
  args: readonly string[],
  code: number,
  message: RegExp,
  options: CliOptions = {},
): Promise<void> {
  const outcome = await runCli(cwd, args, options);
  assert.match(outcome.stderr, message);
  assert.is(outcome.code, code, `mnist ${args.join(" ")} ended with ${outcome.code}: ${outcome.stderr}`);
  assert.match(outcome.stderr, /^error: [^\n]+\n$/);
  assert.is(outcome.stdout, "");
}
