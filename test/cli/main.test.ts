import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { expectFailure, type Outcome, runCli, runProgram, temporaryFolder } from "../support/run_cli.ts";

const test = suite("mnist");

const folder = temporaryFolder();

test("--version and -v print that of the package, alone", async () => {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  for (const flag of ["--version", "-v"]) {
    assert.equal(await runCli(folder, [flag]), { code: 0, stdout: `${version}\n`, stderr: "" });
  }
});

test("--help lists the commands on stdout; each command's help has its flags and examples", async () => {
  const main = await runCli(folder, ["--help"]);
  assert.is(main.code, 0);
  for (const command of ["train", "infer", "evaluate", "export"]) {
    assert.match(main.stdout, new RegExp(`^ +mnist ${command}\\b`, "m"));
    const { code, stdout } = await runCli(folder, [command, "--help"]);
    assert.is(code, 0);
    assert.match(stdout, /^Examples:\n +mnist/m);
    assert.match(stdout, /--model/);
  }
});

test("without a command, and as help, it prints the same page on stdout and ends with 0", async () => {
  const [page, ...others] = await Promise.all([[], ["help"], ["-h"], ["--help"]].map((args) => runCli(folder, args)));
  assert.equal([page.code, page.stderr], [0, ""]);
  assert.match(page.stdout, /Usage: mnist COMMAND/);
  for (const other of others) assert.equal(other, page);
  const [train, help] = await Promise.all(
    [
      ["train", "-h"],
      ["help", "train"],
    ].map((args) => runCli(folder, args)),
  );
  assert.equal(help, train);
  assert.match(train.stdout, /^Augmentation:$/m);
});

test("a mistyped command or flag ends with 2 and a suggestion", async () => {
  await expectFailure(folder, ["trian"], 2, /There is no command trian\. Did you mean train\?/);
  await expectFailure(folder, ["train", "--epoch", "3"], 2, /no flag --epoch\. Did you mean --epochs\?/);
  await expectFailure(folder, ["train", "--model", "cnm"], 2, /--model must be .*; got cnm\. Did you mean cnn\?/);
});

test("--version behind a command that has no such flag is a mistake, not the program's version", async () => {
  await expectFailure(
    folder,
    ["compare", "--version", "current"],
    2,
    /compare has no flag --version\. Say --cnn current .* See mnist compare/,
  );
  assert.not.match((await runCli(folder, ["train", "--help"])).stdout, /--version/);
});

test("a flag without a value, and words that belong nowhere, end with 2", async () => {
  await expectFailure(folder, ["train", "--lr"], 2, /--lr needs a value/);
  await expectFailure(folder, ["train", "cnn"], 2, /train takes no cnn/);
  await expectFailure(folder, ["infer"], 2, /name at least one file/);
  await expectFailure(folder, ["--json"], 2, /Name a command/);
});

test("what follows -- is a file, whatever it looks like", async () => {
  await expectFailure(folder, ["infer", "--model", "linear", "--json", "--"], 2, /name at least one file/);
  const { code, stderr } = await runCli(folder, ["infer", "--model", "linear", "--", "--json"]);
  assert.is(code, 3);
  assert.match(stderr, /cannot read --json: there is no such file/);
});

test("a switch with a value that is neither true nor false ends with 2, rather than being off", async () => {
  await expectFailure(folder, ["train", "--json=yes"], 2, /--json takes no value; got yes/);
  await expectFailure(folder, ["infer", "0.png", "--visualize="], 2, /--visualize takes no value/);
});

test("what a message quotes cannot command the terminal", async () => {
  await expectFailure(folder, ["tr\u001b[31mian\u0007"], 2, /no command tr\\u001b\[31mian\\u0007\./);
});

test("in a folder that was deleted each command says so in one line; help and version are given", async () => {
  const gone = join(folder, "gone");
  // tsx itself needs a working folder.
  const leave = `import fs from "node:fs"; process.chdir(${JSON.stringify(gone)}); fs.rmdirSync(${JSON.stringify(gone)});`;
  const run = (...args: string[]): Promise<Outcome> => {
    mkdirSync(gone, { recursive: true });
    return runCli(folder, args, { imports: [`data:text/javascript,${leave}`] });
  };
  const stderr = "error: the folder that you are in was deleted; change to another.\n";
  for (const args of [["train"], ["infer", "a.png"], ["runs"]]) {
    assert.equal(await run(...args), { code: 1, stdout: "", stderr }, args[0]);
  }
  assert.match((await run("--version")).stdout, /^\d+\.\d+\.\d+\n$/);
  for (const args of [[], ["train", "-h"]]) assert.match((await run(...args)).stdout, /Usage: mnist/);
});

test("DEBUG=simdgrad shows where an error came from", async () => {
  await expectFailure(folder, ["train", "--lr", "x"], 2, /--lr must be a number > 0; got x/);
  const options = { env: { DEBUG: "simdgrad" }, mayShowStack: true };
  const main = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));
  const { code, stderr } = await runProgram(main, folder, ["train", "--lr", "x"], options);
  assert.is(code, 2);
  assert.match(stderr, /at .*flags\.ts/);
});

test("a pipe gets no colours, unless FORCE_COLOR asks for them", async () => {
  const coloured = await runCli(folder, ["trian"], { env: { FORCE_COLOR: "1", NO_COLOR: "" } });
  assert.ok(coloured.stderr.startsWith("\u001b[31merror:"));
});

test.run();
