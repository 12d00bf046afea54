import { mkdtempSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { syntheticDigits } from "../../data/index.ts";
import { countParameters, encodeCheckpoint, encodeTrainingState } from "../../lib/index.ts";
import { Experiment, MODEL_NAMES, networkOf, OPTIMIZERS, recipeFor } from "../../models/index.ts";
import { createRunFolder, runBytes } from "../../store/runs/run_folder.ts";
import { onFailingDisk } from "../support/failing_disk.ts";
import { temporaryFolder } from "../support/run_cli.ts";

const test = suite("a run's folder");

const folder = temporaryFolder();

test("what a run takes is reckoned from its network's parameters, whatever the optimizer", async () => {
  const digits = syntheticDigits({ count: 32 });
  for (const model of MODEL_NAMES) {
    for (const optimizer of OPTIMIZERS) {
      if (networkOf(model).presets.fast.lr[optimizer] === undefined) continue;
      const recipe = recipeFor(model, "fast", { epochs: 1, batchSize: 16, optimizer, average: 0.9, keep: "best" });
      const experiment = new Experiment(
        { model, recipe, seed: 1, patience: null },
        { train: digits, validation: digits, test: digits },
      );
      let [state, checkpoint] = [0, 0];
      await experiment.run((event) => {
        if (event.kind === "epoch") checkpoint = encodeCheckpoint(experiment.model).length;
        if (event.kind === "state") state = Math.max(state, encodeTrainingState(event.state).length);
      });
      const parameters = countParameters(experiment.model);
      assert.ok(
        state > 4 * parameters && checkpoint >= 4 * parameters,
        `${model} ${optimizer}: ${state}, ${checkpoint}`,
      );
      const most = 2 * (state + checkpoint);
      // A mebibyte is left for logs and pictures.
      assert.ok(runBytes(parameters) >= most + 2 ** 20, `${model} ${optimizer}: ${runBytes(parameters)} for ${most}`);
    }
  }
});

test("a network that is ten times as large needs ten times as much, and the probe proves all of it", async () => {
  assert.ok(runBytes(1_000_000) - runBytes(0) === 10 * (runBytes(100_000) - runBytes(0)));
  const outputs = mkdtempSync(join(folder, "o-"));
  const start = new Date(Date.UTC(2026, 0, 1));
  const create = (): void => void createRunFolder(outputs, "mlp", start, runBytes(1_000_000));
  const { calls, error } = await onFailingDisk(outputs, {}, create);
  assert.is(error, null);
  const writes = calls.flatMap((name, i) => (name === "writeSync" ? [i] : []));
  assert.ok(writes.length > 1);
  assert.equal(readdirSync(join(outputs, "mlp", "20260101-000000")), []);
  // A disk that has room for the beginning of it alone.
  const full = await onFailingDisk(outputs, { failAt: writes[1], how: "full" }, create);
  assert.match(full.error?.message ?? "", /^createRunFolder: cannot write to .*mlp.* Nothing was trained\.$/);
  assert.equal(readdirSync(join(outputs, "mlp")), ["20260101-000000"]);
});

test.run();
