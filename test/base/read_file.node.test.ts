import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError } from "../../lib/base/errors.ts";
import { openToRead, readFileBounded, readOpenFile } from "../../lib/base/read_file.node.ts";
import { reasonOf } from "../../lib/base/system_error.ts";

const test = suite("readFileBounded");
const folder = mkdtempSync(join(tmpdir(), "simdgrad-read-"));
const isPosix = process.platform !== "win32";
test.after(() => rmSync(folder, { recursive: true }));

function refused(path: string, maxBytes = 2 ** 20): unknown {
  try {
    readFileBounded(path, maxBytes);
  } catch (error) {
    return error;
  }
  return assert.unreachable(`${path} was read`);
}

test("a file of at most that many bytes is read whole, and nothing of a larger one", () => {
  const path = join(folder, "a");
  for (const size of [0, 1, 4095, 4096, 4097, 100_000]) {
    const bytes = Buffer.from(Array.from({ length: size }, (_, i) => i % 251));
    writeFileSync(path, bytes);
    assert.ok(readFileBounded(path, size).equals(bytes), `${size} bytes`);
    assert.is(readFileBounded(path, 2 ** 30).length, size);
    if (size > 0) assert.is(reasonOf(refused(path, size - 1)), `it is larger than ${size - 1} bytes`);
  }
});

test("a sparse file takes no memory", () => {
  const path = join(folder, "sparse");
  writeFileSync(path, "");
  truncateSync(path, 2 ** 40);
  const before = process.memoryUsage().arrayBuffers;
  const error = refused(path, 256 * 2 ** 20);
  assert.instance(error, DataError);
  assert.is(reasonOf(error), "it is larger than 256 MiB");
  assert.ok(process.memoryUsage().arrayBuffers - before < 2 ** 20);
});

test("a file that grows while it is read is read to the end that it has by then, or refused", () => {
  const path = join(folder, "growing");
  writeFileSync(path, "12345");
  const file = openToRead(path);
  const stats = statSync(path);
  appendFileSync(path, "x".repeat(10_000));
  assert.is(readOpenFile(file, stats, 2 ** 20).length, 10_005);
  assert.throws(() => readOpenFile(file, stats, 10_004), /larger than/);
});

test("what is no file is refused at once, and called what it is", async () => {
  if (!isPosix) return;
  const [pipe, socket, link] = ["pipe", "socket", "link"].map((name) => join(folder, name));
  execFileSync("mkfifo", [pipe]);
  const server = createServer().listen(socket);
  await new Promise((resolve) => server.on("listening", resolve));
  try {
    assert.is(reasonOf(refused(pipe)), "it is a pipe, not a file");
    assert.is(reasonOf(refused("/dev/zero")), "it is a device, not a file");
    assert.is(reasonOf(refused("/dev/null")), "it is a device, not a file");
    assert.is(reasonOf(refused(folder)), "it is a folder (EISDIR)");
    assert.match(reasonOf(refused(socket)), /it is a socket/);
    symlinkSync(pipe, link);
    assert.is(reasonOf(refused(link)), "it is a pipe, not a file");
  } finally {
    server.close();
  }
});

test("a link is followed, and one that leads to itself is refused", () => {
  if (!isPosix) return;
  const [file, link, loop] = ["target", "to-target", "loop"].map((name) => join(folder, name));
  writeFileSync(file, "content");
  symlinkSync(file, link);
  symlinkSync(loop, loop);
  assert.is(readFileBounded(link, 100).toString(), "content");
  assert.match(reasonOf(refused(loop)), /leads to itself \(ELOOP\)/);
});

test("a file that does not say how large it is is read to its end", () => {
  if (process.platform !== "linux") return;
  assert.match(readFileBounded("/proc/self/status", 2 ** 16).toString(), /^Name:/);
  assert.is(reasonOf(refused("/proc/self/status", 64)), "it is larger than 64 bytes");
});

test.run();
