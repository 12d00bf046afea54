import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, type Test } from "uvu";
import * as assert from "uvu/assert";
import { type DownloadOptions, type DownloadProgress, download } from "../../data/download.node.ts";
import { DataError } from "../../lib/base/errors.ts";
import { type Behaviour, type Mirror, startMirror } from "../support/mirror.ts";

interface Context {
  folder: string;
  mirrors: Mirror[];
}

const test: Test<Context> = suite("download");
const CONTENT = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i) >> 5);

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), "simdgrad-download-"));
  context.mirrors = [];
});
test.after.each(async ({ folder, mirrors }) => {
  await Promise.all(mirrors.map((mirror) => mirror.close()));
  rmSync(folder, { recursive: true, force: true });
});

async function serve(context: Context, ...behaviours: Behaviour[]): Promise<Mirror[]> {
  for (const behaviour of behaviours) context.mirrors.push(await startMirror({ "a.gz": CONTENT }, behaviour));
  return context.mirrors;
}

function fetchFile({ folder, mirrors }: Context, options: Partial<DownloadOptions<string>> = {}): Promise<string> {
  return download({
    fileName: "a.gz",
    folder,
    mirrors: mirrors.map(({ url }) => url),
    maxBytes: 200_000,
    answerTimeoutMs: options.timeoutMs ?? 10_000,
    timeoutMs: 10_000,
    accept: (bytes) => {
      if (Buffer.compare(bytes, CONTENT) !== 0) throw new DataError("test: the content is wrong.");
      return "accepted";
    },
    ...options,
  });
}

async function refusal(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

test("a file comes whole, and nothing else stays in the folder", async (context) => {
  await serve(context, "good");
  const progress: DownloadProgress[] = [];
  assert.is(await fetchFile(context, { onProgress: (event) => progress.push(event) }), "accepted");
  assert.equal(readdirSync(context.folder), ["a.gz"]);
  assert.is(Buffer.compare(readFileSync(join(context.folder, "a.gz")), CONTENT), 0);
  assert.equal(progress.at(-1), {
    fileName: "a.gz",
    mirror: context.mirrors[0].url,
    receivedBytes: 100_000,
    totalBytes: 100_000,
  });
});

test("the folder is made where it is missing", async (context) => {
  await serve(context, "good");
  const folder = join(context.folder, "data", "mnist");
  await fetchFile(context, { folder });
  assert.equal(readdirSync(folder), ["a.gz"]);
});

test("a mirror that lacks the file, is silent, corrupts it or sends without end gives way to the next", async (context) => {
  await serve(context, "missing", "silent", "corrupt", "endless", "good");
  assert.is(await fetchFile(context, { timeoutMs: 1000 }), "accepted");
  assert.equal(readdirSync(context.folder), ["a.gz"]);
});

test("a mirror that drips, redirects without end or sends more than it declares holds nobody up", async (context) => {
  const [drips, headers, redirects] = await serve(context, "drips", "drips headers", "redirects");
  const begun = performance.now();
  const error = await refusal(fetchFile(context, { timeoutMs: 1000 }));
  assert.ok(performance.now() - begun < 20_000);
  assert.match(error.message, `${drips.url}: slower than 2048 bytes a second`);
  assert.match(error.message, `${headers.url}: no answer for 1 s`);
  assert.match(error.message, `${redirects.url}: redirect count exceeded`);
  // Who drips is not asked again.
  assert.is(drips.requests.length, 1);
  await serve(context, "too long");
  assert.is(await fetchFile(context, { timeoutMs: 1000 }), "accepted");
  assert.equal(readdirSync(context.folder), ["a.gz"]);
});

test("a link, a folder or gigabytes in place of a part change nothing elsewhere", async (context) => {
  const [mirror] = await serve(context, "good");
  await leavePart(context, mirror, CONTENT.slice(0, 10));
  const part = join(context.folder, readdirSync(context.folder)[0]);
  mirror.behaviour = "good";
  const secret = join(mkdtempSync(join(context.folder, "elsewhere-")), "secret");
  writeFileSync(secret, "precious");
  const plants = [() => linkSync(secret, part), () => truncateSync(openedEmpty(part), 1e10)];
  if (process.platform !== "win32") plants.push(() => symlinkSync(secret, part));
  for (const plant of plants) {
    rmSync(part, { force: true });
    plant();
    assert.is(await fetchFile(context), "accepted");
    assert.is(readFileSync(secret, "utf8"), "precious");
  }
  mkdirSync(part);
  assert.match((await refusal(fetchFile(context))).message, /^download: cannot write .*\.part; EISDIR\./);
});

function openedEmpty(path: string): string {
  writeFileSync(path, "");
  return path;
}

test("where all fail, one error names every mirror with its reason", async (context) => {
  const [missing, silent, corrupt, endless, cut] = await serve(context, "missing", "silent", "corrupt", "endless", {
    cutAfter: 0,
  });
  const closed = await startMirror({});
  await closed.close();
  context.mirrors.push(closed);
  const error = await refusal(fetchFile(context, { timeoutMs: 1000 }));
  assert.instance(error, DataError);
  assert.not.match(error.message, "\n");
  assert.match(error.message, "download: no mirror gave a.gz; ");
  assert.match(error.message, `${missing.url}: HTTP 404`);
  assert.match(error.message, `${silent.url}: no answer for 1 s`);
  assert.match(error.message, `${corrupt.url}: test: the content is wrong`);
  assert.match(error.message, `${endless.url}: more than 200000 bytes`);
  assert.match(error.message, `${cut.url}: `);
  assert.match(error.message, `${closed.url}: connection refused (ECONNREFUSED)`);
  assert.not.ok(readdirSync(context.folder).includes("a.gz"));
});

test("a connection that breaks is continued where it stopped", async (context) => {
  const [mirror] = await serve(context, { cutAfter: 30_000 });
  assert.is(await fetchFile(context), "accepted");
  assert.equal(mirror.requests, ["a.gz", "a.gz from 30000", "a.gz from 60000", "a.gz from 90000"]);
  assert.is(mirror.sentBytes, 100_000);
});

test("a download that was given up is continued by the next run", async (context) => {
  const [mirror] = await serve(context, { cutAfter: 60_000 });
  const controller = new AbortController();
  const reason = new Error("interrupted by the user");
  const onProgress = ({ receivedBytes }: DownloadProgress) => {
    if (receivedBytes === 60_000) controller.abort(reason);
  };
  assert.is(await refusal(fetchFile(context, { signal: controller.signal, onProgress })), reason);
  const left = readdirSync(context.folder);
  assert.is(left.length, 1);
  assert.match(left[0], /^a\.gz\.[0-9a-f]{8}\.part$/);
  mirror.behaviour = "good";
  assert.is(await fetchFile(context), "accepted");
  assert.equal(mirror.requests, ["a.gz", "a.gz from 60000"]);
  assert.equal(readdirSync(context.folder), ["a.gz"]);
});

/** Leaves a part file behind, as an interrupted run does, and returns its path. */
async function leavePart(context: Context, mirror: Mirror, content: Uint8Array): Promise<void> {
  mirror.behaviour = { cutAfter: 1000 };
  const controller = new AbortController();
  await refusal(
    fetchFile(context, {
      signal: controller.signal,
      onProgress: ({ receivedBytes }) => receivedBytes > 0 && controller.abort(),
    }),
  );
  writeFileSync(join(context.folder, readdirSync(context.folder)[0]), content);
  mirror.requests.length = 0;
}

test("a part that does not fit what the mirror has now is thrown away, and the file fetched again", async (context) => {
  const [mirror] = await serve(context, "good");
  await leavePart(context, mirror, new Uint8Array(5000));
  mirror.behaviour = "good";
  assert.is(await fetchFile(context), "accepted");
  assert.equal(mirror.requests, ["a.gz from 5000", "a.gz"]);
});

test("a part as long as the file or longer is no obstacle", async (context) => {
  const [mirror] = await serve(context, "good");
  await leavePart(context, mirror, CONTENT);
  mirror.behaviour = "good";
  assert.is(await fetchFile(context), "accepted");
  assert.equal(mirror.requests, ["a.gz from 100000"]);
  const again = { ...context, folder: mkdtempSync(join(context.folder, "again-")) };
  await leavePart(again, mirror, new Uint8Array(150_000));
  mirror.behaviour = "good";
  assert.is(await fetchFile(again), "accepted");
  assert.equal(mirror.requests, ["a.gz from 150000", "a.gz"]);
});

test("a mirror that ignores ranges sends all of it again", async (context) => {
  const [mirror] = await serve(context, "good");
  await leavePart(context, mirror, CONTENT.slice(0, 40_000));
  mirror.behaviour = "ignores ranges";
  assert.is(await fetchFile(context), "accepted");
  assert.equal(mirror.requests, ["a.gz from 40000"]);
});

test("a length beyond the limit is refused before a byte is taken", async (context) => {
  await serve(context, "good");
  const error = await refusal(fetchFile(context, { maxBytes: 99_999 }));
  assert.match(error.message, "100000 bytes, too many");
  assert.equal(readdirSync(context.folder), []);
});

test("a folder that cannot be written ends the download at once", async (context) => {
  await serve(context, "good", "good");
  const file = join(context.folder, "file");
  writeFileSync(file, "");
  const error = await refusal(fetchFile(context, { folder: join(file, "below") }));
  assert.instance(error, DataError);
  assert.match(error.message, /^download: cannot write .*; ENOTDIR\./);
  assert.equal(context.mirrors[0].requests, []);
  if (process.getuid?.() !== 0) {
    chmodSync(context.folder, 0o500);
    assert.match((await refusal(fetchFile(context))).message, "EACCES");
    chmodSync(context.folder, 0o700);
  }
});

test.run();
