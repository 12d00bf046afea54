// What browsers load, bundled as a page would: no module of Node, no npm package, and without the kernels where it says so.

import { existsSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { build, type Metafile, type Plugin } from "esbuild";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("entries");

const { withoutKernels } = (await import(new URL("../scripts/without_kernels.mjs", import.meta.url).href)) as {
  withoutKernels: Plugin;
};

interface Manifest {
  exports: Record<string, string | { types: string; default: string }>;
}
const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;

/** Entries of the package by their sources, as the declarations lie where they lie; but for Node's. */
const sources = new Map(
  Object.entries(exports).flatMap(([name, target]) => {
    const source = typeof target === "string" ? "" : target.types.replace(/^\.\/dist\/types\/(.*)\.d\.ts$/, "$1.ts");
    return existsSync(source) && name !== "./node" && !name.startsWith("./slim") ? [[name, source] as const] : [];
  }),
);

/** @throws the bundle reaches a module that browsers have not */
async function bundle(
  entryPoints: readonly string[],
  plugins: Plugin[] = [],
): Promise<{ text: string; meta: Metafile }> {
  const { outputFiles, metafile } = await build({
    entryPoints: [...entryPoints],
    outdir: "unwritten",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    minify: true,
    write: false,
    metafile: true,
    plugins,
    logLevel: "silent",
  });
  return { text: outputFiles.map(({ text }) => text).join("\n"), meta: metafile };
}

test("each entry but Node's is bundled for a browser, with nothing left to find there", async () => {
  assert.ok(
    [".", "./models", "./data", "./plot"].every((name) => sources.has(name)),
    [...sources.keys()].join(),
  );
  for (const [name, source] of sources) {
    const { meta } = await bundle([source]);
    const files = Object.keys(meta.inputs);
    assert.equal(
      files.filter((file) => /\.node\.ts$|node_modules/.test(file)),
      [],
      name,
    );
    const imports = Object.values(meta.outputs).flatMap(({ imports: found }) => found);
    assert.equal(
      imports.filter(({ external }) => external).map(({ path }) => path),
      [],
      name,
    );
  }
});

test("a module of Node in a bundle is noticed", async () => {
  assert.ok(builtinModules.includes("fs"));
  try {
    await bundle(["data/index.node.ts"]);
  } catch (error) {
    assert.match((error as Error).message, /Could not resolve "node:/);
    return;
  }
  assert.unreachable("simdgrad/node was bundled for a browser");
});

test("every entry but Node's has its like in simdgrad/slim, with the same types", () => {
  const typesOf = (name: string): string | undefined => (exports[name] as { types: string } | undefined)?.types;
  for (const name of sources.keys()) {
    const slim = name.replace(/^\./, "./slim");
    assert.is(typesOf(slim), typesOf(name), slim);
  }
});

const { encode } = (await import(new URL("../scripts/weave.mjs", import.meta.url).href)) as {
  encode(bytes: Iterable<number>): string;
};

/** A piece of the kernels that cannot be anything else: a name of an export, as the kernels' text has it. */
const NAME = encode(Buffer.from("gemm_pack_b_f32"));

test("the entries hold the kernels, once; the slim ones hold none, and share one library", async () => {
  const whole = await bundle([...sources.values()]);
  assert.is(whole.text.split(NAME).length - 1, 1);
  const { text, meta } = await bundle([...sources.values()], [withoutKernels]);
  assert.is(text.split(NAME).length - 1, 0);
  const kernels = JSON.stringify((await import("../build/woven_kernels.js")).default);
  for (let at = 0; at < kernels.length; at += 1000) assert.not(text.includes(kernels.slice(at, at + 50)), `${at}`);
  assert.not("build/woven_kernels.js" in meta.inputs);
  const holders = Object.values(meta.outputs).filter(({ inputs }) => "lib/runtime/kernels.ts" in inputs);
  assert.is(holders.length, 1);
});

test("errors keep their names in a minified bundle", async () => {
  const { text } = await bundle(["lib/index.ts"]);
  const minified: Record<string, unknown> = await import(`data:text/javascript,${encodeURIComponent(text)}`);
  const errors = Object.entries(minified).filter(([name]) => name.endsWith("Error")) as [string, ErrorConstructor][];
  assert.ok(errors.length > 9);
  for (const [name, Type] of errors) {
    const error = new Type("op: what is wrong");
    assert.equal([error.name, String(error)], [name, `${name}: op: what is wrong`]);
  }
});

test("a slim library says what to do before it has kernels, and computes once it has", async () => {
  const { text } = await bundle(["lib/index.ts"], [withoutKernels]);
  const slim: typeof import("../lib/index.ts") = await import(`data:text/javascript,${encodeURIComponent(text)}`);
  for (const first of [() => slim.tensor([1]), () => slim.runtimeInfo(), () => new slim.Linear(2, 1)]) {
    try {
      first();
    } catch (error) {
      assert.match(
        (error as Error).message,
        /^loadKernels: simdgrad\/slim has no kernels in it\. Before the first tensor is made, call useKernels\(\) with /,
      );
      assert.match(
        (error as Error).message,
        /"simdgrad\/kernels\.(simd|relaxed)\.wasm"; or use simdgrad itself, which/,
      );
      assert.instance(error, slim.RuntimeError);
      continue;
    }
    assert.unreachable("it ran without kernels");
  }
  slim.useKernels(readFileSync("build/kernels.simd.wasm"));
  assert.equal([...slim.relu(slim.tensor([-1, 2])).data], [0, 2]);
  assert.is(slim.runtimeInfo().variant, "simd");
});

test.run();
