import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadCheckpoint, saveCheckpoint, writeFileAtomic } from "../../lib/formats/files.node.ts";
import { CheckpointError, RuntimeError } from "../../lib/tensor/errors.ts";
import { linear } from "../../models/linear.ts";

const test = suite("files");
const folder = mkdtempSync(join(tmpdir(), "simdgrad-files-"));
test.after(() => rmSync(folder, { recursive: true }));
test.after.each(() => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
});

test("a file is written whole, replaces the old one, and nothing is left beside it", () => {
  const path = join(folder, "a.bin");
  writeFileAtomic(path, Uint8Array.of(1, 2, 3));
  writeFileAtomic(path, Uint8Array.of(4));
  assert.equal([...readFileSync(path)], [4]);
  assert.equal(readdirSync(folder), ["a.bin"]);
});

test("a failure says why in one line, leaves what was there, and no temporary file", () => {
  const path = join(folder, "taken");
  mkdirSync(path);
  writeFileSync(join(path, "inside"), "old");
  const failures: [string, RegExp][] = [
    [path, /taken cannot be written: (EISDIR|ENOTEMPTY|EEXIST|EPERM)[^'\n]*\. What was there is unchanged\.$/],
    [join(folder, "missing", "a.bin"), /a\.bin cannot be written: ENOENT: no such file or directory\. What/],
  ];
  for (const [target, pattern] of failures) {
    assert.throws(
      () => writeFileAtomic(target, Uint8Array.of(1)),
      (error: unknown) => error instanceof RuntimeError && pattern.test(error.message),
    );
  }
  assert.equal(readdirSync(folder), ["taken"]);
  assert.equal(readdirSync(path), ["inside"]);
});

test("a failure in the middle of writing leaves the old file", () => {
  const path = join(folder, "a.bin");
  writeFileAtomic(path, Uint8Array.of(7));
  assert.throws(
    () => writeFileAtomic(path, { length: 1 } as Uint8Array),
    (error: unknown) => error instanceof RuntimeError,
  );
  assert.equal([...readFileSync(path)], [7]);
  assert.equal(readdirSync(folder), ["a.bin"]);
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
    [damaged, /damaged\.safetensors is damaged or no safetensors file/],
  ];
  for (const [path, pattern] of refused) {
    assert.throws(
      () => loadCheckpoint(path, linear()),
      (error: unknown) => error instanceof CheckpointError && pattern.test(error.message),
    );
  }
});

test.run();
