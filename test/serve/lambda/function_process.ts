// The function as Lambda runs it: the built files in a process of their own, on the emulator of the Runtime API.

import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { type Ended, type InvokeOptions, RuntimeEmulator } from "./runtime_emulator.ts";

export interface FunctionOptions {
  /** Default: the Node that runs the tests. */
  node?: string;
  env?: NodeJS.ProcessEnv;
  /** Of Node, before the program. */
  flags?: readonly string[];
}

export class FunctionProcess {
  /** On both streams. */
  output = "";
  /** Its exit code, and the signal that ended it. */
  readonly ended: Promise<[code: number | null, signal: NodeJS.Signals | null]>;

  private constructor(
    readonly emulator: RuntimeEmulator,
    readonly child: ChildProcess,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text) => {
        this.output += text;
      });
    }
    this.ended = new Promise((resolve) => child.on("close", (...how) => resolve(how)));
  }

  /** @param folder of the built files */
  private static async start(
    folder: string,
    { node = process.execPath, env, flags = [] }: FunctionOptions = {},
  ): Promise<FunctionProcess> {
    const emulator = await RuntimeEmulator.start();
    const child = spawn(node, [...flags, `${folder}/bootstrap.mjs`], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH: process.env.PATH, AWS_LAMBDA_RUNTIME_API: emulator.address, LAMBDA_TASK_ROOT: folder, ...env },
    });
    return new FunctionProcess(emulator, child);
  }

  /** @throws the process ended instead of answering */
  async invoke(event: unknown, options?: InvokeOptions): Promise<Ended> {
    const how = await Promise.race([this.emulator.invoke(event, options), this.ended]);
    if (!Array.isArray(how)) return how;
    throw new Error(`the function ended with ${how[1] ?? how[0]}: ${this.output.trim().split("\n").at(-1)}`);
  }

  /** Starts it, and ends it whatever `use` does. */
  static async with(
    folder: string,
    options: FunctionOptions,
    use: (running: FunctionProcess) => Promise<void>,
  ): Promise<void> {
    const running = await FunctionProcess.start(folder, options);
    try {
      await use(running);
    } finally {
      running.child.kill("SIGKILL");
      await running.ended;
      await running.emulator.stop();
    }
  }

  /** As before Lambda takes the environment away. @returns its exit code */
  async stop(): Promise<number | null> {
    this.child.kill("SIGTERM");
    const [code] = await this.ended;
    return code;
  }
}
