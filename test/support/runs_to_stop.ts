// Runs of mnist train that are stopped by a signal once they have come to a step.

import { join } from "node:path";
import * as assert from "uvu/assert";
import { type Outcome, runCli } from "./run_cli.ts";
import { lastRun } from "./train_runs.ts";

const RECIPE = ["--epochs", "2", "--batch-size", "16", "--validation", "150"];
export const CNN = ["train", "--data", "synthetic", "--limit", "200", "--seed", "3", ...RECIPE];
export const LINEAR = [...CNN, "--model", "linear", "--limit", "6000", "--epochs", "3"];

/**
 * Has the program send itself the signal as it writes the line of this step of the run, or of a later one: whoever watched
 * it from outside might, on a busy machine, come too late.
 */
const signalsItself = (step: number, signal: NodeJS.Signals): string => {
  const code = `import process from "node:process"; import fs from "node:fs"; import { syncBuiltinESMExports } from "node:module";
    const { writeSync } = fs;
    const setWrite = (write) => { fs.writeSync = write; syncBuiltinESMExports(); };
    setWrite((file, content, ...rest) => {
      const [, step] = /^\\{"kind":"step","step":(\\d+),/.exec(Buffer.from(content.slice(0, 50)).toString()) ?? [];
      if (Number(step) >= ${step}) {
        setWrite(writeSync);
        process.kill(process.pid, "${signal}");
      }
      return writeSync(file, content, ...rest);
    });`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
};

/** @param folder where the program runs */
export function runsToStop(folder: string) {
  /** Starts or resumes, up to this step of the run or a little further, where the signal comes. */
  const stopAt = (args: readonly string[], step: number, signal: NodeJS.Signals): Promise<Outcome> =>
    runCli(folder, [...args, "--json", "--quiet"], { imports: [signalsItself(step, signal)] });

  /** A run that was stopped in its first epoch, in its own folder. */
  async function stopped(name: string): Promise<string> {
    const outcome = await stopAt([...LINEAR, "--out", name], 20, "SIGINT");
    assert.is(outcome.code, 130, outcome.stderr);
    return lastRun(join(folder, name));
  }

  return { stopAt, stopped };
}
