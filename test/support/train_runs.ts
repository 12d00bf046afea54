// What `mnist train` left in a folder of runs, without what the clock says.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Outcome } from "./run_cli.ts";

export const eventsOf = ({ stdout }: Outcome) => stdout.trim().split("\n").map((line) => JSON.parse(line)); // biome-ignore format: one line

/** The folder of the newest run, of whichever network. */
export function lastRun(outputs: string): string {
  const runs = readdirSync(outputs).flatMap((model) => readdirSync(join(outputs, model)).map((id) => ({ model, id })));
  const last = runs.sort((a, b) => a.id.localeCompare(b.id, "en", { numeric: true })).pop();
  if (!last) throw new Error(`${outputs} holds no run`);
  return join(outputs, last.model, last.id);
}

/** What must not depend on stops: how it ended, and all that it went through. */
export function resultOf(run: string) {
  const { status, model, recipe, history, test_loss, test_accuracy, weights_sha256 } = JSON.parse(
    readFileSync(join(run, "run.json"), "utf8"),
  );
  for (const epoch of [...history.epochs, history.best]) {
    delete epoch.seconds;
    delete epoch.samplesPerSecond;
  }
  return { status, model, recipe, history, test_loss, test_accuracy, weights_sha256 };
}

/** The whole lines of metrics.jsonl. */
export function metricsOf(run: string) {
  const path = join(run, "metrics.jsonl");
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : [];
  return lines.map((line) => {
    const { seconds: _, samples_per_second: __, ...rest } = JSON.parse(line);
    return rest;
  });
}
