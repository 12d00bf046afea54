// What `mnist train` left in a folder of runs, without what the clock says.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readEvents, scalarsOf } from "./read_events.ts";
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
  for (const epoch of [...history.epochs, history.best, history.kept]) {
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

/** A run's folder, the event file's name without the time in it. */
export function filesOf(run: string): string[] {
  return readdirSync(run)
    .map((name) => name.replace(/tfevents\.\d+\./, "tfevents."))
    .sort();
}

/** What a run that has ended holds. */
export const FINISHED_FILES = [
  ...["confusion.svg", "curves.svg", "events.out.tfevents.simdgrad", "metrics.jsonl"],
  ...["mistakes.png", "model.safetensors", "reliability.svg", "run.json"],
];

/** The run's scalars as TensorBoard reads them, [step, scalars], but for the speed. */
export function scalarsOfRun(run: string): [step: number, scalars: Record<string, number>][] {
  const [file] = readdirSync(run).filter((name) => name.includes("tfevents"));
  const [version, ...events] = readEvents(new Uint8Array(readFileSync(join(run, file))));
  if (version.text(3) !== "brain.Event:2") throw new Error(`${file} begins with ${version.text(3)}`);
  return events.map((event) => {
    const { images_per_second: _, ...scalars } = scalarsOf(event);
    return [event.number(2), scalars];
  });
}
