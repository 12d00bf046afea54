// What somebody has put in a folder of runs in place of a file: pipes, devices, gigabytes of nothing, links to files
// elsewhere. Each spoils at most what it stands for.

import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { SeenPictures } from "../../cli/infer/seen_pictures.ts";
import { loadMnist } from "../../data/index.node.ts";
import { SimdgradError } from "../../lib/base/errors.ts";
import { thisHost, thisProcess } from "../../lib/base/run_process.node.ts";
import { describeSystemError } from "../../lib/base/system_error.ts";
import { MODEL_NAMES, recipeFor } from "../../models/index.ts";
import { loadModel } from "../../store/checkpoints/load_model.ts";
import { AppendFile } from "../../store/files/append_file.ts";
import { withLock } from "../../store/files/file_lock.ts";
import { skippedEntries } from "../../store/runs/find_run.ts";
import { checkpointOfRun, listRuns } from "../../store/runs/list_runs.ts";
import { findResumable, resumeRun } from "../../store/runs/resume_run.ts";
import { statusOf } from "../../store/runs/stored_run.ts";
import { continueRun, type RunRequest, runSpec, trainRun } from "../../store/runs/train_run.ts";
import { promote } from "../../store/versions/promote.ts";
import { readRegistry } from "../../store/versions/registry.ts";
import { fakeRun } from "../support/fake_run.ts";
import { runCli, temporaryFolder } from "../support/run_cli.ts";
import { GONE_PID } from "../support/versions.ts";

const test = suite("planted files");

const folder = temporaryFolder();
const fresh = (): string => mkdtempSync(join(folder, "o-"));
const [OLD, BAD] = ["20260101-000001", "20260102-000001"];

/** Each puts something at a path that is no honest file. */
const PLANTS: Readonly<Record<string, (path: string) => void>> = {
  pipe: (path) => execFileSync("mkfifo", [path]),
  endless: (path) => symlinkSync("/dev/zero", path),
  sparse: (path) => {
    writeFileSync(path, "");
    truncateSync(path, 1.9e9);
  },
  loop: (path) => symlinkSync(path, path),
  "link to a pipe": (path) => {
    execFileSync("mkfifo", [`${path}.pipe`]);
    symlinkSync(`${path}.pipe`, path);
  },
};

function plant(kind: string, path: string): void {
  rmSync(path, { recursive: true, force: true });
  PLANTS[kind](path);
}

async function typedError(work: () => unknown): Promise<SimdgradError> {
  try {
    await work();
  } catch (error) {
    assert.instance(error, SimdgradError, String((error as Error).stack));
    return error as SimdgradError;
  }
  return assert.unreachable("it was done") as never;
}

if (process.platform !== "win32") {
  test("one bad entry, or one bad file of a run, hides no other run", async () => {
    for (const kind of Object.keys(PLANTS)) {
      for (const name of ["run.json", "model.safetensors", "state.safetensors", "metrics.jsonl", ""]) {
        const outputs = fresh();
        fakeRun(outputs, OLD);
        fakeRun(outputs, BAD);
        plant(kind, join(outputs, "linear", BAD, name));
        const begun = performance.now();
        assert.ok(
          listRuns(outputs).some(({ id, problem }) => id === OLD && problem === null),
          `${kind} ${name}`,
        );
        const path = checkpointOfRun(outputs, MODEL_NAMES, OLD).path;
        assert.is(loadModel(outputs, { kind: "run", id: OLD }).path, path);
        assert.is((await promote(outputs, ["linear"], OLD)).record.version, 1);
        await typedError(() => findResumable(outputs, undefined, "latest"));
        // Reading the gigabytes, or waiting for a writer, would take far longer.
        assert.ok(performance.now() - begun < 5000, `${kind} ${name}`);
      }
    }
  });

  test("a link that leads to itself is reported and skipped, also in the place of a network's folder", async () => {
    const outputs = fresh();
    fakeRun(outputs, OLD);
    const loop = join(outputs, "linear", BAD);
    plant("loop", loop);
    plant("loop", join(outputs, "cnn"));
    assert.equal(skippedEntries(outputs), [
      { path: loop, reason: "it is a link where none may be, or one that leads to itself (ELOOP)" },
      { path: join(outputs, "cnn"), reason: "it is a link where none may be, or one that leads to itself (ELOOP)" },
    ].sort((a, b) => MODEL_NAMES.findIndex((name) => a.path.includes(name)) - MODEL_NAMES.findIndex((name) => b.path.includes(name)))); // biome-ignore format: one line
    const { code, stdout, stderr } = await runCli(outputs, ["runs", "--runs", outputs]);
    assert.is(code, 0, stderr);
    assert.match(stdout, new RegExp(OLD));
    assert.is(stderr.match(/^note: .* is skipped: it is a link .*\(ELOOP\)\.$/gm)?.length, 2, stderr);
  });

  test("a pipe, a device or gigabytes as a run's record are called what they are", () => {
    const outputs = fresh();
    const problems: Record<string, RegExp> = {
      pipe: /^run\.json cannot be read: it is a pipe, not a file$/,
      endless: /^run\.json cannot be read: it is a device, not a file$/,
      sparse: /^run\.json cannot be read: it is larger than 16 MiB$/,
      loop: /^run\.json cannot be read \(ELOOP\)$/,
    };
    for (const [kind, problem] of Object.entries(problems)) {
      fakeRun(outputs, BAD);
      plant(kind, join(outputs, "linear", BAD, "run.json"));
      const [run] = listRuns(outputs);
      assert.match(String(run.problem), problem);
      assert.is(statusOf(run), "damaged");
      rmSync(join(outputs, "linear"), { recursive: true });
    }
  });

  test("a registry, a version's copy and a checkpoint that are no files end in one typed error", async () => {
    for (const kind of Object.keys(PLANTS)) {
      const outputs = fresh();
      fakeRun(outputs, OLD);
      await promote(outputs, ["linear"], OLD);
      const copy = join(outputs, "linear", "versions", "1.safetensors");
      plant(kind, copy);
      await typedError(() => loadModel(outputs, { kind: "version", version: 1 }, "linear"));
      await typedError(() => loadModel(outputs, { kind: "file", path: copy }));
      plant(kind, join(outputs, "linear", "versions.jsonl"));
      await typedError(() => readRegistry(outputs, "linear"));
    }
  });

  test("what is said is what is wrong, and of which file", async () => {
    const outputs = fresh();
    fakeRun(outputs, OLD);
    fakeRun(outputs, BAD);
    plant("sparse", join(outputs, "linear", BAD, "model.safetensors"));
    const { message } = await typedError(() => promote(outputs, ["linear"], BAD));
    assert.match(message, /version: its checkpoint cannot be read: it is larger than 256 MiB\.$/);
    writeFileSync(join(outputs, "linear", "versions"), "");
    const error = await promote(outputs, ["linear"], OLD).catch((caught: unknown) => caught);
    assert.match(describeSystemError("", error), "a part of the path is a file, not a folder");
    const log = join(outputs, "metrics.jsonl");
    plant("pipe", log);
    assert.throws(() => new AppendFile(log, 0, (bytes) => bytes.length), /it is a socket, a pipe that nobody reads/);
  });
}

const data = await loadMnist({ source: "synthetic", limit: 64, seed: 3 });
const recipe = recipeFor("linear", "fast", { epochs: 2, batchSize: 16 });
const request: RunRequest = {
  ...{ model: "linear" as const, recipe, seed: 3, patience: null, limit: 64, data: "synthetic", datasetName: null },
  command: "a test",
};
const settings = { maxSeconds: undefined, saveEvery: 1000 };

/** A run that stopped in its second epoch. */
async function stoppedRun(): Promise<string> {
  const outputs = fresh();
  const controller = new AbortController();
  await trainRun(runSpec(request, data), data, {
    ...{ outputs, ...settings, signal: controller.signal },
    onEvent: (event) => {
      if (event.kind === "step" && event.report.epoch === 2) controller.abort(new Error("enough"));
    },
  }).catch(() => {});
  return outputs;
}

async function resume(outputs: string): Promise<void> {
  const claimed = await resumeRun(outputs, undefined, "latest");
  await continueRun(claimed, async () => data, { outputs, ...settings });
}

const SECRET = "what somebody else wrote, and wants to keep\n";

if (process.platform !== "win32") {
  test("a link in place of a file that a resumed run writes changes nothing elsewhere", async () => {
    const stopped = await stoppedRun();
    const id = readdirSync(join(stopped, "linear"))[0];
    const events = readdirSync(join(stopped, "linear", id)).find((name) => name.startsWith("events.")) as string;
    const replaced = [
      "run.json",
      "model.safetensors",
      "curves.svg",
      "confusion.svg",
      "reliability.svg",
      "mistakes.png",
    ];
    for (const how of ["link", "hard link"]) {
      for (const name of [...replaced, "metrics.jsonl", events]) {
        const outputs = fresh();
        cpSync(stopped, outputs, { recursive: true });
        const path = join(outputs, "linear", id, name);
        const secret = join(fresh(), "secret");
        writeFileSync(secret, SECRET);
        rmSync(path, { force: true });
        if (how === "link") symlinkSync(secret, path);
        else linkSync(secret, path);
        if (replaced.includes(name)) {
          await resume(outputs);
          assert.ok(lstatSync(path).isFile() && lstatSync(path).nlink === 1, `${how} ${name}`);
        } else {
          const error = await typedError(() => resume(outputs));
          assert.match(error.message, /cannot write .*: it is (a link where none may be|one file with another)/);
        }
        assert.is(readFileSync(secret, "utf8"), SECRET, `${how} ${name}`);
      }
    }
  });

  test("a link in place of a file of the versions changes nothing elsewhere", async () => {
    for (const how of ["link", "hard link"]) {
      const outputs = fresh();
      fakeRun(outputs, OLD);
      fakeRun(outputs, BAD, { seed: 2 });
      const secret = join(fresh(), "secret");
      writeFileSync(secret, "");
      const put = (path: string) => (how === "link" ? symlinkSync(secret, path) : linkSync(secret, path));
      put(join(outputs, "linear", "versions.jsonl"));
      assert.match((await typedError(() => promote(outputs, ["linear"], OLD))).message, /versions\.jsonl: it is/);
      rmSync(join(outputs, "linear", "versions.jsonl"));
      rmSync(join(outputs, "linear", "versions", "1.safetensors"), { force: true });
      put(join(outputs, "linear", "versions", "1.safetensors"));
      await promote(outputs, ["linear"], OLD);
      assert.is(readFileSync(secret, "utf8"), "", how);
    }
    const outputs = fresh();
    fakeRun(outputs, OLD);
    const elsewhere = fresh();
    symlinkSync(elsewhere, join(outputs, "linear", "versions"));
    assert.match((await typedError(() => promote(outputs, ["linear"], OLD))).message, /versions is a link/);
    assert.equal(readdirSync(elsewhere), []);
  });

  test("a picture whose name the command chooses replaces a link, and not what it leads to", () => {
    const [out, elsewhere] = [fresh(), fresh()];
    const secret = join(elsewhere, "secret");
    writeFileSync(secret, SECRET);
    symlinkSync(secret, join(out, "digit.seen.png"));
    new SeenPictures(out).write("digit.png", new Uint8Array(784));
    assert.is(readFileSync(secret, "utf8"), SECRET);
    assert.ok(lstatSync(join(out, "digit.seen.png")).isFile());
  });

  test("a lock that is a link or a folder is nobody's: it is waited for, and then named", async () => {
    const place = fresh();
    const elsewhere = join(fresh(), "elsewhere");
    for (const put of [
      (path: string) => symlinkSync(elsewhere, path),
      (path: string) => symlinkSync(path, path),
      (path: string) => mkdirSync(path),
      PLANTS.pipe,
    ]) {
      const lock = join(place, "a.lock");
      put(lock);
      assert.match(
        (await typedError(() => withLock(lock, "It is changed", () => {}, 100))).message,
        /remove .*a\.lock/,
      );
      rmSync(lock, { recursive: true });
    }
    assert.not.ok(existsSync(elsewhere));
  });
}

test("what a killed process left is taken away when the run's folder is looked at, and nobody else's", () => {
  const outputs = fresh();
  const { ticks } = thisProcess();
  fakeRun(outputs, OLD, { status: "running", more: { runner: { pid: GONE_PID, host: thisHost(), ticks } } });
  const path = join(outputs, "linear", OLD);
  const name = (pid: number, host = thisHost()) => `.run.json.${host}-${pid}-${ticks ?? ""}.0123456789ab.tmp`;
  const others = [name(process.pid), name(GONE_PID, "0123456789ab"), ".notes.tmp", ".run.json.1.2.tmp"];
  for (const each of [name(GONE_PID), ...others]) writeFileSync(join(path, each), "half");
  assert.is(statusOf(listRuns(outputs)[0]), "died");
  assert.equal(readdirSync(path).filter((each) => each.endsWith(".tmp")).sort(), others.sort()); // biome-ignore format: one line
});

test.run();
