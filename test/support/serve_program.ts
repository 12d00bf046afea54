// `mnist serve` as users start it: a process of its own, and the workers that it starts.

import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bundled } from "./bundled_program.ts";

/** Its bundle starts in a tenth of the time, which counts where it starts workers. */
const BUNDLE = [bundled("cli.js")];
export const SOURCE = ["--import", import.meta.resolve("tsx"), fileURLToPath(new URL("../../cli/main.ts", import.meta.url))]; // biome-ignore format: one line
const LIMIT_MS = 60_000;

export class ServeProgram {
  stdout = "";
  stderr = "";
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  private wake: () => void = () => {};

  /**
   * @param flags beside --port, which is 0 where they name none
   * @param options.program what Node is to run: its bundle, or SOURCE
   * @param options.imports modules to load before it, in its workers, too
   */
  constructor(
    flags: readonly string[] = [],
    { program = BUNDLE, imports = [] }: { program?: readonly string[]; imports?: readonly string[] } = {},
  ) {
    const port = flags.includes("--port") ? [] : ["--port", "0"];
    const loaded = imports.flatMap((module) => ["--import", module]);
    this.child = spawn(process.execPath, [...loaded, ...program, "serve", ...port, ...flags], {
      env: { ...process.env, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own, so that a signal can be sent to all of it.
      detached: true,
    });
    this.child.stdout?.on("data", (chunk) => {
      this.stdout += chunk;
      this.wake();
    });
    this.child.stderr?.on("data", (chunk) => {
      this.stderr += chunk;
      this.wake();
    });
    this.ended = new Promise((resolve) =>
      this.child.once("close", (code, signal) => {
        resolve({ code, signal });
        this.wake();
      }),
    );
  }

  /** When it listens. @returns as in http://127.0.0.1:8000 */
  async url(): Promise<string> {
    await this.until(() => this.stderr.includes("Serving "), "it listens");
    return /at (http:\/\/\S+?);/.exec(this.stderr)?.[1] ?? "";
  }

  /** @throws it ended, or took too long */
  async until(isTrue: () => boolean, what: string): Promise<void> {
    const started = performance.now();
    while (!isTrue()) {
      if (this.child.exitCode !== null || performance.now() - started > LIMIT_MS) {
        this.kill("SIGKILL");
        throw new Error(`not seen: ${what}; it said: ${this.stderr}${this.stdout}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 100);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Process ids of the workers. */
  get workers(): number[] {
    const { pid } = this.child;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
      .split(" ")
      .filter((id) => id !== "");
    return children.map(Number).filter((id) => commandOf(id).includes("serve"));
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** All processes of its group, as Ctrl-C in a terminal does. */
  killGroup(signal: NodeJS.Signals): void {
    process.kill(-(this.child.pid as number), signal);
  }
}

/** Of a process; empty where it has ended, and may be gone since it was listed. */
function commandOf(id: number): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
