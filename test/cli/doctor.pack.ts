import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { describeSection } from "../../cli/doctor/examine.ts";
import { fail, ok, warn } from "../../cli/doctor/finding.ts";
import type { TerminalStream } from "../../cli/terminal/terminal.ts";
import { mnistState } from "../../data/index.node.ts";
import { CHECKS } from "../../lib/selftest/self_test.ts";
import { testOnMnist } from "../support/real_mnist.ts";
import { runCli, temporaryFolder } from "../support/run_cli.ts";
import { IDS, outputsWithRuns, promote } from "../support/versions.ts";

const test = suite("mnist doctor");

const folder = temporaryFolder();
const NO_DATA = { MNIST_DIR: "" };
const doctor = (cwd: string, args: string[] = [], env: NodeJS.ProcessEnv = NO_DATA) =>
  runCli(cwd, ["doctor", ...args], { env });
const fresh = (): string => mkdtempSync(join(folder, "d-"));

interface Report {
  ok: boolean;
  seconds: number;
  findings: { section: string; name: string; state: string; value: string; sha256?: string }[];
  kernels: { name: string; state: string; values: { max_error: number; tolerance: number } }[];
}

const find = ({ findings }: Report, section: string, name: string) =>
  findings.find((finding) => finding.section === section && finding.name === name);

test("--no-wide is told as the reason why there is no wide SIMD", async () => {
  const report: Report = JSON.parse((await doctor(fresh(), ["--no-wide", "--json"])).stdout);
  const { state, value } = find(report, "What is used", "wide SIMD") ?? {};
  assert.equal([state, value], ["ok", "no: --no-wide was given"]);
});

test("in an empty folder all checks pass, with a warning that there are no data yet", async () => {
  const cwd = fresh();
  const { code, stdout, stderr } = await doctor(cwd);
  assert.equal([code, stderr], [0, ""]);
  assert.match(stdout, /^ok {4}simdgrad +\d+\.\d+\.\d+$/m);
  assert.match(stdout, /^ok {4}Node +\d+\.\d+\.\d+, V8 /m);
  assert.match(stdout, /^ok {4}processor +\d+ × /m);
  assert.match(stdout, /^ok {4}SIMD +yes$/m);
  assert.match(stdout, /^(ok|warn) +relaxed SIMD +(yes|no: )/m);
  assert.match(stdout, /^ok {4}wide SIMD +(yes|no: )/m);
  assert.match(stdout, /^ok {4}shared memory +yes$/m);
  assert.match(
    stdout,
    /^(ok {4}threads +yes, \d+; the same bits as one|warn {2}threads +no: there is one processor)$/m,
  );
  assert.match(
    stdout,
    /^warn {2}folder +data.mnist \(the default\) not found; train downloads it, or takes the sample$/m,
  );
  const { weights_sha256 } = JSON.parse(
    readFileSync(new URL("../../models/pretrained/cnn.json", import.meta.url), "utf8"),
  );
  const digest = weights_sha256.slice(0, 12);
  assert.match(stdout, new RegExp(`^ok {4}cnn, shipped +weights sha256 ${digest}… is right$`, "m"));
  assert.match(stdout, /^ok {4}linear, current +no version; mnist promote makes one/m);
  assert.match(stdout, /^ok {4}writable +yes; train will create it$/m);
  assert.match(stdout, /^ok {4}space +[\d.]+ [KMGT]iB free$/m);
  assert.match(stdout, /^ok {4}conv2d 3×3, Winograd +\d\.\de-\d+ +≤ \d\.\de-\d+ +\d\.\de-\d+ +≤ \d\.\de-\d+$/m);
  assert.match(stdout, /\nAll \d+ checks passed in \d+\.\d s, \d warnings?\.\n$/);
});

test("--json has the same, and nothing else is on stdout; no folder was made", async () => {
  const cwd = fresh();
  const { code, stdout } = await doctor(cwd, ["--json"]);
  assert.is(code, 0);
  const report: Report = JSON.parse(stdout);
  assert.is(report.ok, true);
  assert.equal(report.kernels.map(({ name }) => name), CHECKS.map(({ name }) => name)); // biome-ignore format: one line
  for (const { name, state, values } of report.kernels) {
    assert.is(state, "ok");
    assert.ok(values.max_error <= values.tolerance, name);
  }
  assert.is(find(report, "MNIST", "folder")?.state, "warn");
  assert.match(find(report, "MNIST", "folder")?.value ?? "", "; train downloads it, or takes the sample");
  assert.is(find(report, "MNIST", "sample")?.state, "ok");
});

testOnMnist(test, "each file of MNIST is found and hashed", async () => {
  const { code, stdout } = await doctor(fresh(), ["--json"], {});
  assert.is(code, 0);
  const report: Report = JSON.parse(stdout);
  const mnist = report.findings.filter(({ section }) => section === "MNIST");
  assert.equal(mnist.map(({ state }) => state), ["ok", "ok", "ok", "ok", "ok", "ok"]); // biome-ignore format: one line
  assert.match(mnist[0].value, /\(MNIST_DIR\)$/);
  assert.is(mnist[1].value, "sha256 ba891046e650… is right");
  assert.match(mnist[1].sha256 ?? "", /^ba891046e650[0-9a-f]{52}$/);
});

test("a named folder that lacks a file, or holds another, is wrong: exit code 1, and the file's name", async () => {
  const cwd = fresh();
  mkdirSync(join(cwd, "digits"));
  writeFileSync(join(cwd, "digits", "train-labels-idx1-ubyte"), "not a data set");
  const { code, stdout, stderr } = await doctor(cwd, ["--data", "digits"]);
  assert.equal([code, stderr], [1, ""]);
  assert.match(stdout, /^fail {2}train-labels-idx1-ubyte +\S.*train-labels-idx1-ubyte/m);
  assert.match(stdout, /^fail {2}train-images-idx3-ubyte +missing$/m);
  assert.match(stdout, /\n4 of \d+ checks failed in \d+\.\d s/);
  const none = await doctor(cwd, [], { MNIST_DIR: "nowhere" });
  assert.is(none.code, 1);
  assert.match(none.stdout, /^fail {2}folder +nowhere \(MNIST_DIR\) not found$/m);
});

test("nothing is downloaded: the state of a folder is asked for without a mirror", async () => {
  const cwd = fresh();
  const state = await mnistState({ dir: cwd });
  assert.equal([state.folder, state.isNamed, state.files.length], [cwd, true, 4]);
  assert.ok(state.files.every(({ path, problem }) => path === null && problem === null));
});

test("the sample's files are right, also where they are the folder that is named", async () => {
  const { files, sample } = await mnistState({ dir: "data/mnist-sample" });
  const plain = sample?.map(({ path, ...rest }) => ({ ...rest, path: relative("", path ?? "") }));
  assert.equal(plain, files.map(({ path, ...rest }) => ({ ...rest, path }))); // biome-ignore format: one line
  assert.equal(files.map(({ problem, sha256 }) => [problem, sha256.slice(0, 8)]), [[null, "2889698e"], [null, "651e38e2"], [null, "0fa7898d"], [null, "ff7bcfd4"]]); // biome-ignore format: one line
});

test("a current version whose file was changed is wrong; a damaged registry and runs are said", async () => {
  const outputs = outputsWithRuns(folder);
  await promote(outputs, IDS[0]);
  const report = async (): Promise<[number | null, Report]> => {
    const { code, stdout } = await doctor(folder, ["--json", "--runs", outputs]);
    return [code, JSON.parse(stdout)];
  };
  const [code, well] = await report();
  assert.is(code, 0);
  assert.match(
    find(well, "Weights", "linear, current")?.value ?? "",
    /^version 1, 90\.00 %, sha256 [0-9a-f]{12}… is right$/,
  );
  assert.equal(find(well, outputs, "runs"), { section: outputs, name: "runs", state: "ok", value: "3" });
  const file = join(outputs, "linear", "versions", "1.safetensors");
  const bytes = readFileSync(file);
  bytes[bytes.length - 9] ^= 1;
  writeFileSync(file, bytes);
  writeFileSync(join(outputs, "linear", IDS[1], "run.json"), "{");
  const [changedCode, changed] = await report();
  assert.equal([changedCode, changed.ok], [1, false]);
  assert.is(find(changed, "Weights", "linear, current")?.state, "fail");
  assert.match(find(changed, "Weights", "linear, current")?.value ?? "", /is not what was promoted/);
  const runs = find(changed, outputs, "runs");
  assert.equal([runs?.state, runs?.value], ["warn", "3, of which 1 damaged or died: linear/20260101-000002 damaged"]);
});

test("an outputs that cannot be written is wrong, with the reason", async () => {
  const cwd = fresh();
  writeFileSync(join(cwd, "file"), "");
  const { code, stdout } = await doctor(cwd, ["--runs", "file"]);
  assert.is(code, 1);
  assert.match(stdout, /^fail {2}writable +no: .*file: .*; choose another folder with train --out$/m);
});

test("a line is no wider than the terminal: a path loses its middle, a sentence is broken behind the names", async () => {
  const cwd = fresh();
  const long = Array.from({ length: 12 }, (_, i) => `folder-${i}`).join("/");
  mkdirSync(join(cwd, long), { recursive: true });
  writeFileSync(join(cwd, long, "outputs"), "a file");
  for (const columns of [80, 100]) {
    const terminal = `data:text/javascript,process.stdout.isTTY=true;process.stdout.columns=${columns}`;
    const args = ["doctor", "--data", `${long}/digits`, "--runs", `${long}/outputs`];
    const { code, stdout } = await runCli(cwd, args, { env: NO_DATA, imports: [terminal] });
    assert.is(code, 1);
    assert.equal(
      stdout.split("\n").filter((line) => line.length > columns),
      [],
    );
    assert.match(stdout, /^fail {2}folder +folder-0\S*….*folder-11\/digits \(--data\) not found$/m);
    assert.match(stdout, /^fail {2}writable +no: .*…[\s\S]+?\n {16}\S.*train --out$/m);
  }
});

test("on a terminal ok is green, warn yellow, fail red, and the columns line up", () => {
  const dye = (name: string) => (text: string) => `<${name}>${text}</>`;
  const stream: TerminalStream = {
    ...{ isTerminal: true, hasColor: true, width: 80, bold: dye("bold"), dim: dye("dim"), cyan: dye("cyan") },
    ...{ red: dye("red"), green: dye("green"), yellow: dye("yellow") },
  };
  const section = { title: "T", findings: [ok("a", "1"), warn("bcd", "2"), fail("e", "3")] };
  assert.equal(describeSection(section, stream), [
    ...["<bold>T</>", "<green>ok  </>  a    1", "<yellow>warn</>  bcd  2", "<red>fail</>  e    3"],
  ]);
});

test.run();
