import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { makeFolder } from "../../lib/base/make_folder.node.ts";
import { systemCode } from "../../lib/base/system_error.ts";

const test = suite("makeFolder");
const folder = mkdtempSync(join(tmpdir(), "simdgrad-make-"));
test.after(() => rmSync(folder, { recursive: true }));

function failure(path: string): string | undefined {
  try {
    makeFolder(path);
  } catch (error) {
    return systemCode(error);
  }
  return assert.unreachable(`${path} was made`) as never;
}

test("a folder is made with those above it, and the new ones are told from the top down", () => {
  const made: string[] = [];
  makeFolder(join(folder, "a", "b", "c"), made);
  assert.equal(made, [join(folder, "a"), join(folder, "a", "b"), join(folder, "a", "b", "c")]);
  makeFolder(join(folder, "a", "b"), made);
  assert.is(made.length, 3);
  assert.ok(statSync(join(folder, "a", "b", "c")).isDirectory());
});

test("what keeps it from being made is an error, and never tried again", () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  assert.is(failure(file), "ENOTDIR");
  assert.is(failure(join(file, "below")), "ENOTDIR");
  if (process.platform === "win32") return;
  const loop = join(folder, "loop");
  symlinkSync(loop, loop);
  assert.is(failure(loop), "ELOOP");
  assert.is(failure(join(loop, "below")), "ELOOP");
  // Where Node's own `recursive` hangs.
  if (process.platform === "linux") assert.is(failure("/proc/a/b"), "ENOENT");
});

test.run();
