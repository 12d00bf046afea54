// A run of `mnist train` on MNIST, in a separate process, on one thread.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

export interface Outcome {
  /** Of the epoch whose weights were kept, and tested. */
  validation: number;
  test: number;
  /** The checkpoint's bytes. */
  weights: Uint8Array;
}

/**
 * @param flags of `mnist train`
 * @param out the folder where the run is kept; null: it is removed
 * @throws {Error} the program failed; what it said went to stderr
 */
export async function trainRun(flags: readonly string[], out: string | null): Promise<Outcome> {
  const folder = out ?? mkdtempSync(join(tmpdir(), "simdgrad-train-"));
  const program = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
  const how = ["--data", "mnist", "--threads", "1", "--out", folder, "--json", "--quiet"];
  try {
    const child = spawn(process.execPath, [program, "train", ...how, ...flags], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    if (code !== 0) throw new Error(`mnist train ended with ${code}`);
    const { checkpoint } = JSON.parse(text.trim().split("\n").at(-1) as string);
    const { history, test_accuracy: test } = JSON.parse(readFileSync(join(dirname(checkpoint), "run.json"), "utf8"));
    return { validation: history.kept.validationAccuracy, test, weights: readFileSync(checkpoint) };
  } finally {
    if (out === null) rmSync(folder, { recursive: true, force: true });
  }
}
