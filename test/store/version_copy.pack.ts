import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeSafetensors, encodeSafetensors } from "../../lib/formats/safetensors.ts";
import { readRegistry } from "../../store/versions/registry.ts";
import { expectFailure, runCli, temporaryFolder } from "../support/run_cli.ts";
import { IDS, outputsWithRuns, promote } from "../support/versions.ts";

const test = suite("a version's copy");

const folder = temporaryFolder();

test("a version whose copy is gone or changed is made whole by promoting its run again", async () => {
  const outputs = outputsWithRuns(folder);
  await promote(outputs, IDS[0]);
  const copy = join(outputs, "linear", "versions", "1.safetensors");
  const bytes = readFileSync(copy);
  const evaluate = ["evaluate", "--version", "current", "--runs", outputs, "--model", "linear", "--data", "synthetic", "--limit", "10"]; // biome-ignore format: one line
  for (const damage of [() => rmSync(copy), () => writeFileSync(copy, bytes.subarray(1))]) {
    damage();
    await expectFailure(folder, evaluate, 3, /1\.safetensors .* promote run 20260101-000001 again\.$/m);
    const again = await runCli(folder, ["promote", IDS[0], "--runs", outputs]);
    assert.is(again.code, 0, again.stderr);
    assert.match(again.stderr, /note: the copy of version 1 was not whole; it was restored\./);
    assert.equal(readFileSync(copy), bytes);
  }
  // What is refused all the same says first what was mended.
  rmSync(copy);
  const noted = await runCli(folder, ["promote", IDS[0], "--runs", outputs, "--note", "again"]);
  assert.is(noted.code, 2);
  assert.match(
    noted.stderr,
    /^note: the copy of version 1 was not whole; it was restored\.\nerror: promote: run 20260101-000001 is version 1 already.* Leave --note out\.\n$/,
  );
  assert.equal(readFileSync(copy), bytes);
  // Where the run's file is another by now, though of the same weights, it becomes a separate version.
  rmSync(copy);
  const checkpoint = join(outputs, "linear", IDS[0], "model.safetensors");
  const { tensors, metadata } = decodeSafetensors(readFileSync(checkpoint), "checkpoint");
  writeFileSync(checkpoint, encodeSafetensors(tensors, { ...metadata, note: "other" }));
  await promote(outputs, IDS[0]);
  assert.equal(
    readRegistry(outputs, "linear").records.map(({ version }) => version),
    [1, 2],
  );
});

test.run();
