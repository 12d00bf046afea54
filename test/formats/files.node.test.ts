import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CheckpointError } from "../../lib/base/errors.ts";
import { loadCheckpoint, saveCheckpoint } from "../../lib/formats/files.node.ts";
import { linear } from "../../models/linear.ts";

const test = suite("checkpoint files");
const folder = mkdtempSync(join(tmpdir(), "simdgrad-files-"));
test.after(() => rmSync(folder, { recursive: true }));
test.after.each(() => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
});

test("a checkpoint is loaded as it was saved, with its metadata", () => {
  const path = join(folder, "linear.safetensors");
  const [saved, loaded] = [linear({ seed: 1 }), linear({ seed: 2 })];
  saveCheckpoint(path, saved, { dataset: "mnist" });
  assert.equal(loadCheckpoint(path, loaded), { dataset: "mnist" });
  assert.equal(
    loaded.parameters().map(({ data }) => [...data]),
    saved.parameters().map(({ data }) => [...data]),
  );
});

test("a checkpoint that is missing, a folder or damaged is refused with its name", () => {
  const missing = join(folder, "none.safetensors");
  const damaged = join(folder, "damaged.safetensors");
  writeFileSync(damaged, "not a checkpoint");
  const refused: [string, RegExp][] = [
    [missing, /^loadCheckpoint: .*none\.safetensors cannot be read: ENOENT: no such file or directory\. Check/],
    [folder, /cannot be read: EISDIR/],
    [damaged, /^loadCheckpoint: damaged\.safetensors is a text file, not a safetensors file\.$/],
  ];
  for (const [path, pattern] of refused) {
    assert.throws(
      () => loadCheckpoint(path, linear()),
      (error: unknown) => error instanceof CheckpointError && pattern.test(error.message),
    );
  }
});

test.run();
