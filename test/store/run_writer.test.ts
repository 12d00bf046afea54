import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { trainModels } from "../../cli/train/train_runs.ts";
import { temporaryFolder } from "../support/run_cli.ts";
import { lastRun } from "../support/train_runs.ts";
import { silently } from "../support/versions.ts";

const test = suite("a run while it trains");

const folder = temporaryFolder();

/** Two epochs of the linear model; calls back at each event it prints. */
async function train(out: string, onEvent: (event: { event: string; run?: string }) => void): Promise<void> {
  await silently(() => {
    process.stdout.write = (line) => {
      onEvent(JSON.parse(String(line)));
      return true;
    };
    return trainModels(
      {
        ...{ models: ["linear"], preset: "fast", given: { epochs: 2 }, patience: undefined, seed: 3, limit: 32 },
        ...{
          data: "synthetic",
          threads: 1,
          maxSeconds: undefined,
          saveEvery: 1000,
          isWide: false,
          outputs: out,
          isJson: true,
          isQuiet: true,
        },
      },
      new AbortController().signal,
    );
  });
}

test("run.json counts each epoch once it has ended, so that mnist runs can", async () => {
  const out = mkdtempSync(join(folder, "o-"));
  const seen: unknown[] = [];
  await train(out, ({ event }) => {
    const { status, history } = JSON.parse(readFileSync(join(lastRun(out), "run.json"), "utf8"));
    seen.push([event, status, history.epochs.length, history.kept?.epoch ?? null]);
  });
  assert.equal(seen, [
    ["start", "running", 0, null],
    ["epoch", "running", 1, 1],
    ["epoch", "running", 2, 2],
    ["done", "done", 2, 2],
  ]);
});

test("where it cannot be written at an epoch's end, the run fails and says so", async () => {
  const out = mkdtempSync(join(folder, "o-"));
  const events: string[] = [];
  const training = train(out, ({ event }) => {
    events.push(event);
    if (event !== "start") return;
    const path = join(lastRun(out), "run.json");
    rmSync(path);
    mkdirSync(path);
  });
  const error = await training.catch((caught: Error) => caught);
  assert.match(error?.message ?? "it did not fail", /run\.json cannot be written/);
  assert.equal(events, ["start", "failed"]);
});

test.run();
