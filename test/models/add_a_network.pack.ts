// CONTRIBUTING.md's "How to add a network", done: in a copy of the sources the file and the row are added, and every command is used.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { digitPng } from "../support/digit_png.ts";
import { type Outcome, runProgram } from "../support/run_cli.ts";

const test = suite("adding a network");

const root = fileURLToPath(new URL("../..", import.meta.url));
const copy = mkdtempSync(join(tmpdir(), "simdgrad-network-"));
process.on("exit", () => rmSync(copy, { recursive: true, force: true }));

/** The block of code below a mark in CONTRIBUTING.md. */
function blockBelow(mark: string): string {
  const page = readFileSync(join(root, "CONTRIBUTING.md"), "utf8");
  const [, code] = page.slice(page.indexOf(mark)).match(/```ts\n(.*?)```/s) ?? [];
  assert.ok(code !== undefined, `CONTRIBUTING.md has no code below ${mark}`);
  return code;
}

/** Not what other tests that run now bundle for themselves, which is gone when they end. */
const isLasting = (path: string): boolean => !/[\\/]build[\\/](bundled|copy)-/.test(path);

function copyProject(): void {
  for (const part of ["build", "cli", "data", "lib", "models", "store", "package.json", "tsconfig.json", "LICENSE"])
    cpSync(join(root, part), join(copy, part), { recursive: true, filter: isLasting });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  writeFileSync(join(copy, "models", "mlp.ts"), blockBelow("<!-- new file models/mlp.ts -->"));
  const table = join(copy, "models", "table.ts");
  const row = blockBelow("<!-- row in models/table.ts -->").trim();
  const before = readFileSync(table, "utf8");
  const after = before.replace(/^export const NETWORKS = .*$/m, row);
  assert.not.equal(after, before);
  writeFileSync(table, `import { MLP } from "./mlp.ts";\n${after}`);
  mkdirSync(join(copy, "work"));
  writeFileSync(join(copy, "work", "1.png"), digitPng(1));
}

copyProject();

async function mnist(...args: string[]): Promise<Outcome> {
  const outcome = await runProgram(join(copy, "cli", "main.ts"), join(copy, "work"), args);
  assert.is(outcome.code, 0, `mnist ${args.join(" ")}: ${outcome.stderr}`);
  return outcome;
}

const QUICK = ["--data", "synthetic", "--limit", "300"];

test("it is trained, with every preset, and its run listed", async () => {
  for (const preset of ["fast", "best", "standard"]) {
    const { stdout } = await mnist("train", "--model", "mlp", "--preset", preset, "--epochs", "1", "--json", ...QUICK);
    const done = JSON.parse(stdout.trim().split("\n").at(-1) as string);
    assert.equal([done.event, done.model, done.parameters], ["done", "mlp", 203530]);
  }
  const { stdout } = await mnist("runs", "--model", "mlp");
  assert.is(stdout.match(/ mlp +done /g)?.length, 3, stdout);
});

test("its run reads digits, is measured, promoted, rolled back, and compared with the others", async () => {
  const { stdout: read } = await mnist("infer", "1.png", "--run", "latest", "--json");
  assert.equal(JSON.parse(read).map(({ model }: { model: string }) => model), ["mlp"]); // biome-ignore format: one line
  const { stdout: measured } = await mnist("evaluate", "--run", "mlp/latest", "--json", ...QUICK);
  assert.equal([JSON.parse(measured).model, JSON.parse(measured).images], ["mlp", 300]);
  const ids = (await mnist("runs", "--model", "mlp", "--json")).stdout.trim().split("\n").map((line) => JSON.parse(line).id); // biome-ignore format: one line
  for (const id of ids.slice(0, 2)) await mnist("promote", `mlp/${id}`);
  await mnist("rollback", "--model", "mlp");
  const { stdout: versions } = await mnist("versions", "--model", "mlp");
  assert.match(versions, /^mlp +1 +rollback from 2 .* current$/m);
  const { stdout: current } = await mnist("infer", "1.png", "--model", "mlp", "--version", "current", "--json");
  assert.is(JSON.parse(current)[0].version, 1);
  const compared = JSON.parse((await mnist("compare", "--mlp", "latest", "--json", ...QUICK)).stdout);
  assert.equal(
    compared.models.map(({ model }: { model: string }) => model),
    ["linear", "cnn", "mlp"],
  );
});

test("it is exported in every format, and the module gives its answers", async () => {
  for (const format of ["onnx", "html", "mjs", "safetensors"])
    await mnist("export", "--run", "latest", "--format", format, "--force");
  const { predict, model } = await import(join(copy, "work", "mlp.mjs"));
  assert.equal([model.kind, model.parameters], ["a multilayer perceptron", 203530]);
  const { digit } = predict(new Uint8Array(784).fill(7));
  assert.ok(digit >= 0 && digit <= 9);
});

test("a run of it resumes, training all networks trains it too, doctor and help know it", async () => {
  const half = ["train", "--model", "mlp", "--epochs", "2", "--max-seconds", "0.001", "--out", "half", ...QUICK];
  await mnist(...half);
  const { stdout } = await mnist("train", "--resume", "latest", "--out", "half", "--max-seconds", "1000", "--json");
  assert.match(stdout, /"event":"done","model":"mlp"/);
  const all = await mnist("train", "--model", "all", "--preset", "fast", "--epochs", "1", "--json", ...QUICK);
  const done = all.stdout.trim().split("\n").map((line) => JSON.parse(line)).filter(({ event }) => event === "done"); // biome-ignore format: one line
  assert.equal(done.map(({ model }) => model), ["linear", "cnn", "mlp"]); // biome-ignore format: one line
  assert.match((await mnist("train", "--help")).stdout, /linear, cnn, mlp or all/);
  assert.match((await mnist("doctor", "--json")).stdout, /mlp, current/);
  const none = await runProgram(join(copy, "cli", "main.ts"), join(copy, "work"), ["infer", "1.png", "--model", "mlp"]);
  assert.is(none.code, 3);
  assert.match(none.stderr, /--model mlp: no weights of mlp are shipped; train one\. Name a run of it with --run/);
});

test.run();
