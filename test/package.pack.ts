// The package as users get it: packed, installed into an empty folder without network, imported, type-checked.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import asc from "assemblyscript/asc";
import { buildSync } from "esbuild";
import { PNG } from "pngjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { WORKER_SOURCE } from "../lib/runtime/worker_source.ts";
import { installPackage, PROGRAM, run } from "./support/consumer.ts";

const test = suite("package");

const root = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "simdgrad-pack-"));
const installed = join(folder, "node_modules/simdgrad");
let tarball = "";

/** A tool of this checkout, run in the consumer's folder. */
function tool(cwd: string, path: string, ...args: string[]): string {
  return run(cwd, process.execPath, join(root, "node_modules", path), ...args);
}

/** A black stroke on white. */
function pictureOfOne(): PNG {
  const png = new PNG({ width: 40, height: 40 });
  png.data.fill(255);
  for (let y = 8; y < 32; y++) for (let x = 18; x < 22; x++) png.data.fill(0, (y * 40 + x) * 4, (y * 40 + x) * 4 + 3);
  return png;
}

test.after(() => rmSync(folder, { recursive: true, force: true }));

test("it installs without network, and brings nothing along", () => {
  tarball = installPackage(folder);
  assert.equal(
    readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith(".")),
    ["simdgrad"],
  );
  const { dependencies = {} } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  assert.equal(dependencies, {});
});

test("it holds what users need, and no source, test or build script", () => {
  const top = readdirSync(installed).sort();
  assert.equal(top, ["CHANGELOG.md", "LICENSE", "README.md", "dist", "models", "package.json"]);
});

test("the licences of all packages in its bundles lie beside them, and of no other", () => {
  const texts = readFileSync(join(installed, "dist/THIRD_PARTY_LICENSES.txt"), "utf8")
    .split(/^-{80}$/m)
    .slice(1);
  const named = texts.map((text) => text.trim().split("\n")[0]);
  for (const text of texts) assert.match(text, /copyright/i, text.slice(0, 80));
  // The programs and the libraries bundled once more from source: here by hand, there by scripts/build_dist.mjs.
  const entryPoints = ["cli/main.ts", "data/index.node.ts", "lib/index.ts", "models/export/index.ts"];
  const alias = { "string-width": "./scripts/plain_string_width.mjs", "wrap-ansi": "./scripts/plain_wrap.mjs" };
  const options = {
    bundle: true,
    format: "esm",
    platform: "node",
    outdir: folder,
    write: false,
    metafile: true,
  } as const;
  const { metafile } = buildSync({ ...options, entryPoints, alias, splitting: true, logLevel: "silent" });
  const folders = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) =>
      bytesInOutput > 0 ? (path.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/) ?? []) : [],
    ),
  );
  // Swagger UI lies in dist/docs as its package has it.
  const apart = ["esbuild", "swagger-ui-dist"].map((name) => `node_modules/${name}`);
  const expected = [...new Set([...folders, ...apart])].map((path) => {
    const { name, version, license } = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
    return `${name} ${version} (${license})`;
  });
  assert.ok(expected.length > 3);
  assert.equal(named.sort(), expected.sort());
});

test("its kernels hold no function of AssemblyScript's own library, whose licence would have to lie there too", async () => {
  const files = readdirSync("kernels").filter((file) => file.endsWith(".ts"));
  let text = "";
  const args = [...files.map((file) => `kernels/${file}`), "--config", "asconfig.json", "--target", "simd", "--debug"];
  const { error } = await asc.main([...args, "--optimizeLevel", "0", "--textFile", "kernels.wat"], {
    writeFile: (name, content) => {
      if (name.endsWith(".wat")) text = String(content);
    },
  });
  assert.is(error, null);
  const functions = [...text.matchAll(/\(func \$(\S+)/g)].map(([, name]) => name);
  assert.ok(functions.length > 100);
  assert.equal(
    functions.filter((name) => !/^(start:)?kernels\//.test(name) && name !== "~start"),
    [],
  );
});

test("importing it prints nothing, and twenty lines train", () => {
  const javascript = PROGRAM.replace(": number[]", "");
  assert.ok(javascript.trim().split("\n").length <= 20);
  writeFileSync(join(folder, "train.js"), javascript);
  const losses: number[] = JSON.parse(run(folder, process.execPath, "train.js"));
  assert.equal(losses.length, 20);
  assert.ok(losses[19] < losses[0] / 2, `the loss went from ${losses[0]} to ${losses[19]}`);
});

test("all entries share one library", () => {
  const code = `
    import { Module, Tensor } from "simdgrad";
    import { cnn } from "simdgrad/models";
    import { loadMnist } from "simdgrad/node";
    const model = cnn();
    const { train } = await loadMnist({ source: "synthetic", limit: 10 });
    console.log(model instanceof Module, model.parameters()[0] instanceof Tensor, train.batches({ batchSize: 2 })[Symbol.iterator]().next().value.x instanceof Tensor);`;
  assert.equal(run(folder, process.execPath, "--input-type=module", "-e", code).trim(), "true true true");
});

test("so do those of simdgrad/slim, which have no kernels, and take the file's", () => {
  const code = `
    import { readFileSync } from "node:fs";
    import { fileURLToPath } from "node:url";
    import { Module, noGrad, runtimeInfo, Tensor, useKernels, zeros } from "simdgrad/slim";
    import { syntheticDigits } from "simdgrad/slim/data";
    import { cnn } from "simdgrad/slim/models";
    import { selfTest } from "simdgrad/slim/selftest";
    import * as plot from "simdgrad/slim/plot";
    import * as exporters from "simdgrad/slim/export";
    let before = "";
    try { cnn(); } catch (error) { before = error.name; }
    useKernels(readFileSync(fileURLToPath(import.meta.resolve("simdgrad/kernels.simd.wasm"))));
    const model = cnn();
    const { shape } = noGrad(() => model.forward(zeros([1, 28, 28, 1])));
    const isOurs = model instanceof Module && model.parameters()[0] instanceof Tensor;
    const { passed, runtime } = await selfTest();
    console.log(before, isOurs, shape.join(), syntheticDigits({ count: 3 }).size, passed, runtime.variant, runtimeInfo().variant);
    console.log(typeof plot.curvesSvg, Object.keys(exporters).length > 0);`;
  assert.equal(run(folder, process.execPath, "--input-type=module", "-e", code).trim().split("\n"), [
    "RuntimeError true 1,10 3 true simd simd",
    "function true",
  ]);
  const slim = join(installed, "dist/slim");
  for (const file of readdirSync(slim, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".js")) continue;
    const text = readFileSync(join(slim, file), "utf8");
    assert.not.ok(text.includes(Buffer.from("gemm_pack_b_f32").toString("hex")), `${file} holds kernels`);
  }
});

test("MNIST's sample stays in the repository: where MNIST cannot be had, the error says what to do", () => {
  const code = `
    import { loadMnist } from "simdgrad/node";
    for (const source of ["auto", "sample"]) {
      await loadMnist({ source, mirrors: [] }).catch(({ message }) => console.log(message));
    }`;
  const env = { ...process.env, MNIST_DIR: "" };
  const options = { cwd: folder, encoding: "utf8", env } as const;
  const said = execFileSync(process.execPath, ["--input-type=module", "-e", code], options).trim().split("\n");
  assert.match(said[0], /^download: no mirror gave .* By hand: put train-images-idx3-ubyte\.gz, .* into data\/mnist, /);
  assert.match(said[1], /^loadMnist: there is no sample of MNIST here; .* Name a folder that has MNIST's four files/);
});

test("the library's entry and the models' reach no module of Node", () => {
  const names = ["index.js", "data.js", "models.js", "export.js", "plot.js", "selftest.js"];
  const entryPoints = names.flatMap((name) => [name, `slim/${name}`]).map((name) => join(installed, "dist", name));
  // For a page, a module of Node is one that is not found.
  const options = { bundle: true, splitting: true, format: "esm", platform: "browser", outdir: folder } as const;
  const { errors, outputFiles } = buildSync({ ...options, entryPoints, write: false, logLevel: "silent" });
  assert.equal(errors, []);
  assert.ok(outputFiles.length >= entryPoints.length);
});

test("the worker's script is exported as a file, and is what the library starts by itself", () => {
  const script = readFileSync(join(installed, "dist/worker.js"), "utf8");
  assert.is(script, WORKER_SOURCE);
  const code = 'console.log(import.meta.resolve("simdgrad/worker.js").endsWith("/dist/worker.js"))';
  assert.is(run(folder, process.execPath, "--input-type=module", "-e", code).trim(), "true");
});

test("a bundle leaves out the operations that it does not use", () => {
  const contents = 'import { relu, tensor } from "simdgrad"; console.log(relu(tensor([1])).item());';
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: folder },
    bundle: true,
    format: "esm",
    write: false,
  });
  const operations = [...outputFiles[0].text.matchAll(/= (?:\/\*.*?\*\/ )?defineOp\("(\w+)"/g)].map(([, name]) => name);
  assert.equal(operations, ["relu"]);
});

test("publint and attw find nothing wrong with the package", () => {
  tool(root, "publint/src/cli.js", "--strict", tarball);
  tool(root, "@arethetypeswrong/cli/dist/index.js", "--profile", "esm-only", tarball);
});

test("the program's help reads as the one made with the packages that its bundle replaces", () => {
  for (const command of [[], ["train"], ["infer"], ["evaluate"]]) {
    const source = run(root, process.execPath, "--import", "tsx", "cli/main.ts", ...command, "--help");
    assert.is(run(folder, process.execPath, join(installed, "dist/cli.js"), ...command, "--help"), source);
  }
});

/** The files that are loaded with one of the program's. */
function loadedWith(file: string): string[] {
  const files = new Set([file]);
  for (const each of files) {
    const imports = readFileSync(each, "utf8").matchAll(/\b(?:from|import)"(\.[^"]+)"/g);
    for (const [, path] of imports) files.add(join(each, "..", path));
  }
  return [...files];
}

test("the program answers --help without loading the library", () => {
  const files = loadedWith(join(installed, "dist/cli.js"));
  assert.ok(files.length > 1, "no import was found");
  for (const file of files) assert.not.match(readFileSync(file, "utf8"), /WebAssembly\.Module\(/, file);
});

test("the program reads a picture with five of its files, in which there is nothing for training", () => {
  const commands = readdirSync(join(installed, "dist/cli")).filter((name) => /^infer(_files)?-\w+\.js$/.test(name));
  assert.is(commands.length, 2);
  const files = new Set(["../cli.js", ...commands].flatMap((name) => loadedWith(join(installed, "dist/cli", name))));
  assert.is(files.size, 5, [...files].join());
  const texts = [...files].map((file) => readFileSync(file, "utf8")).join();
  assert.match(texts, "Classifier=class{");
  for (const unneeded of ["Trainer=class{", "Muon=class{", "yargs"]) assert.not.match(texts, unneeded);
  // These load streams, keys and certificates besides.
  assert.not.match(texts, /from"node:(fs|crypto|zlib)"/);
});

test("the program runs from where it is installed", () => {
  const bin = join(folder, "node_modules/.bin/mnist");
  assert.match(run(folder, bin, "--version"), /^\d+\.\d+\.\d+/);
  writeFileSync(join(folder, "one.png"), PNG.sync.write(pictureOfOne()));
  const [answer] = JSON.parse(run(folder, bin, "infer", "one.png", "--json"));
  assert.is(answer.predicted_class, 1);
});

test.run();
