// Runs of mnist train that are stopped by a signal once they have come to a step.

import { join } from "node:path";
import * as assert from "uvu/assert";
import { type Outcome, runCli } from "./run_cli.ts";
import { lastRun, metricsOf } from "./train_runs.ts";

const RECIPE = ["--epochs", "2", "--batch-size", "16", "--validation", "150"];
export const CNN = ["train", "--data", "synthetic", "--limit", "200", "--seed", "3", ...RECIPE];
export const LINEAR = [...CNN, "--model", "linear", "--limit", "6000", "--epochs", "3"];

/** @param folder where the program runs */
export function runsToStop(folder: string) {
  /** Starts or resumes, and sends the signal once stdout or metrics.jsonl has the text. */
  async function stopAt(
    args: readonly string[],
    isThere: (run: string) => boolean,
    signal: NodeJS.Signals,
  ): Promise<Outcome> {
    let kill: ((signal: NodeJS.Signals) => void) | null = null;
    let run = "";
    const timer = setInterval(() => {
      if (!kill || !isThere(run)) return;
      clearInterval(timer);
      kill(signal);
    }, 2);
    const outcome = await runCli(folder, [...args, "--json", "--quiet"], {
      onStdout: (text, send) => {
        kill = send;
        run = JSON.parse(text.split("\n")[0]).run;
      },
    });
    clearInterval(timer);
    return outcome;
  }

  /** True once the run's metrics.jsonl has a line of this step of the run, or a later one. */
  const hasStep = (step: number) => (run: string) =>
    metricsOf(join(folder, run)).some((line) => line.kind === "step" && line.step >= step);

  /** A run that was stopped in its first epoch, in its own folder. */
  async function stopped(name: string): Promise<string> {
    const outcome = await stopAt([...LINEAR, "--out", name], hasStep(20), "SIGINT");
    assert.is(outcome.code, 130, outcome.stderr);
    return lastRun(join(folder, name));
  }

  return { stopAt, hasStep, stopped };
}
