import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RuntimeError } from "../../lib/base/errors.ts";
import { type FileSystem, writeFileAtomic } from "../../lib/formats/atomic_file.node.ts";
import { failingFiles } from "../support/failing_files.ts";

const test = suite("writeFileAtomic");
const folder = mkdtempSync(join(tmpdir(), "simdgrad-files-"));
test.after(() => rmSync(folder, { recursive: true }));
test.after.each(() => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
});

const path = join(folder, "a.bin");
const OLD = Uint8Array.from({ length: 50 }, (_, i) => i);
const NEW = Uint8Array.from({ length: 1000 }, (_, i) => 255 - (i % 251));
const content = (): Uint8Array => new Uint8Array(readFileSync(path));

/** The error with which writing NEW over OLD ends; null where it does not. */
function replacing(files: FileSystem): RuntimeError | null {
  writeFileSync(path, OLD);
  try {
    writeFileAtomic(path, NEW, {}, files);
    return null;
  } catch (error) {
    assert.instance(error, RuntimeError);
    return error as RuntimeError;
  }
}

/** As FAT and some file systems of networks are. */
function withoutLinks(): FileSystem {
  return {
    ...failingFiles({}),
    link() {
      throw Object.assign(new Error("EPERM: operation not permitted, link"), { code: "EPERM" });
    },
  };
}

test("a file is written whole, replaces the old one, and nothing is left beside it", () => {
  writeFileAtomic(path, Uint8Array.of(1, 2, 3));
  writeFileAtomic(path, Uint8Array.of(4));
  assert.equal([...content()], [4]);
  assert.equal(readdirSync(folder), ["a.bin"]);
});

if (process.platform !== "win32") {
  test("a link stays one, and what it leads to is replaced", () => {
    const link = join(folder, "link");
    symlinkSync("a.bin", link);
    writeFileSync(path, OLD);
    writeFileAtomic(link, Uint8Array.of(5));
    assert.ok(lstatSync(link).isSymbolicLink());
    assert.equal([...content()], [5]);
    assert.equal(readdirSync(folder), ["a.bin", "link"]);
  });

  test("where links are not followed, the file takes the place of the link", () => {
    const link = join(folder, "link");
    for (const target of ["a.bin", "nowhere", "link"]) {
      writeFileSync(path, OLD);
      symlinkSync(target, link);
      writeFileAtomic(link, Uint8Array.of(5), { followLinks: false });
      assert.ok(lstatSync(link).isFile());
      assert.equal(content(), OLD);
      assert.equal(readdirSync(folder), ["a.bin", "link"]);
      rmSync(link);
    }
  });

  test("nothing that is there is replaced where that is asked for: no file, folder or link", () => {
    const kinds: Record<string, () => void> = {
      file: () => writeFileSync(path, OLD),
      folder: () => mkdirSync(path),
      link: () => symlinkSync("elsewhere", path),
      loop: () => symlinkSync(path, path),
    };
    for (const [kind, make] of Object.entries(kinds)) {
      make();
      // With and without a file system that has second names.
      for (const files of [failingFiles({}), withoutLinks()]) {
        assert.throws(
          () => writeFileAtomic(path, NEW, { replace: false }, files),
          (error: unknown) => error instanceof RuntimeError && error.details.code === "EEXIST",
          kind,
        );
      }
      assert.equal(readdirSync(folder), ["a.bin"]);
      rmSync(path, { recursive: true });
    }
    for (const files of [failingFiles({}), withoutLinks()]) {
      writeFileAtomic(path, NEW, { replace: false }, files);
      assert.equal(content(), NEW);
      assert.equal(readdirSync(folder), ["a.bin"]);
      rmSync(path);
    }
  });

  test("a socket is not replaced", async () => {
    const socket = join(folder, "socket");
    const server = createServer();
    await new Promise<void>((done) => server.listen(socket, done));
    assert.throws(
      () => writeFileAtomic(socket, Uint8Array.of(5)),
      (error: unknown) =>
        error instanceof RuntimeError && /socket cannot be replaced: it is a device/.test(error.message),
    );
    assert.ok(lstatSync(socket).isSocket());
    await new Promise((done) => server.close(done));
  });
}

test("a failure says why and what to do in one line, leaves what was there, and no temporary file", () => {
  const taken = join(folder, "taken");
  mkdirSync(taken);
  writeFileSync(join(taken, "inside"), "old");
  const failures: [string, RegExp][] = [
    [taken, /taken cannot be written: (EISDIR|ENOTEMPTY|EEXIST|EPERM)[^'\n]*\. What was there is unchanged\. C\w+ an?/],
    [
      join(folder, "missing", "a.bin"),
      /a\.bin cannot be written: ENOENT: no such file or directory\. What was there is unchanged\. Make the folder first\.$/,
    ],
  ];
  for (const [target, pattern] of failures) {
    assert.throws(
      () => writeFileAtomic(target, Uint8Array.of(1)),
      (error: unknown) => error instanceof RuntimeError && pattern.test(error.message),
    );
  }
  assert.equal(readdirSync(folder), ["taken"]);
  assert.equal(readdirSync(taken), ["inside"]);
});

test("an error at the n-th operation, whichever it is, loses nothing, leaves nothing, and says what to do", () => {
  for (const code of ["ENOSPC", "EIO"] as const) {
    // Writes of at most 300 bytes: open, 4 writes, fsync, close, rename; then open, fsync, close of the folder.
    const failed: string[] = [];
    for (let n = 0; ; n++) {
      const files = failingFiles({ failAt: n, code, mostBytes: 300 });
      const error = replacing(files);
      if (n >= files.calls.length) {
        assert.is(error, null);
        break;
      }
      failed.push(files.calls[n]);
      assert.equal(readdirSync(folder), ["a.bin"], `${code} at operation ${n}, ${files.calls[n]}`);
      assert.equal(files.stillOpen, [], `${code} at operation ${n} left a file open`);
      if (n < 8) {
        assert.equal(content(), OLD);
        assert.is(error?.details.code, code);
        assert.is(error?.details.path, path);
        assert.ok(error?.message.startsWith(`writeFileAtomic: ${path} cannot be written: ${code}: `), error?.message);
        const remedy =
          code === "ENOSPC" ? /unchanged\. Free some space, and try again\.$/ : /unchanged\. The disk .*\.$/;
        assert.match(error?.message ?? "", remedy);
      } else {
        // Renamed: the new file is there, whole, and only its durability was not confirmed.
        assert.is(error, null);
        assert.equal(content(), NEW);
      }
    }
    const beforeRename = ["open", "write", "write", "write", "write", "fsync", "close", "rename"];
    assert.equal(failed, [...beforeRename, "open", "fsync", "close"]);
  }
});

test("from the n-th operation on all of them fail: the old content stays, and the first error is the one told", () => {
  for (let n = 0; n < 8; n++) {
    const files = failingFiles({ failAt: n, code: "EIO", isLasting: true, mostBytes: 300 });
    const error = replacing(files);
    assert.match(error?.message ?? "", new RegExp(`cannot be written: EIO: .*${files.calls[n]}`));
    assert.equal(content(), OLD);
  }
});

test("a write that takes fewer bytes than it was given is continued, down to one byte at a time", () => {
  for (const mostBytes of [1, 7, 999]) {
    assert.is(replacing(failingFiles({ mostBytes })), null);
    assert.equal(content(), NEW);
  }
});

test("a write that takes no bytes ends in an error, not in a loop", () => {
  const files = failingFiles({ mostBytes: 0 });
  assert.match(replacing(files)?.message ?? "", /the system took 0 of 1000 bytes and no more\. What was there is unch/);
  assert.is(files.calls.filter((call) => call === "write").length, 1);
  assert.equal(content(), OLD);
  assert.equal(readdirSync(folder), ["a.bin"]);
});

test("a process that is killed while it writes leaves a file behind, which the next one takes away", () => {
  const module = new URL("../../lib/formats/atomic_file.node.ts", import.meta.url).href;
  const child = `
    import fs from "node:fs";
    import { syncBuiltinESMExports } from "node:module";
    fs.renameSync = () => process.kill(process.pid, "SIGKILL");
    syncBuiltinESMExports();
    const { writeFileAtomic } = await import(${JSON.stringify(module)});
    writeFileAtomic(${JSON.stringify(path)}, new Uint8Array(9));`;
  const run = () =>
    spawnSync(process.execPath, ["--import", import.meta.resolve("tsx"), "--input-type=module", "-e", child]);
  assert.is(run().signal, "SIGKILL");
  const [left] = readdirSync(folder);
  assert.match(left, /^\.a\.bin\.[0-9a-f]{12}-\d+-\d*\.[0-9a-f]{12}\.tmp$/);
  assert.is(run().signal, "SIGKILL");
  assert.is(readdirSync(folder).length, 1, "the second took away what the first had left");
  assert.not.ok(existsSync(join(folder, left)));
});

test("a name of the longest kind is written", () => {
  const long = join(folder, "n".repeat(255));
  writeFileAtomic(long, OLD);
  assert.equal(readdirSync(folder), ["n".repeat(255)]);
});

test.run();
