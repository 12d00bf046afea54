// What `mnist infer` reads before it answers, which is most of the time that it takes.

import { buildSync } from "esbuild";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("start-up");

test("infer loads neither exporters nor plots nor the self-test, nor what lays out help", () => {
  const { metafile } = buildSync({
    entryPoints: { cli: "cli/main.ts" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    outdir: "dist",
    write: false,
    metafile: true,
    logLevel: "error",
  });
  const { outputs } = metafile;
  const outputOf = (source: string): string => {
    const found = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === source);
    assert.ok(found, source);
    return found[0];
  };
  const loaded = new Set(["cli/main.ts", "cli/infer/infer.ts", "cli/infer/infer_files.ts"].map(outputOf));
  for (const file of loaded) {
    for (const { path, kind } of outputs[file].imports)
      if (kind === "import-statement" && path in outputs) loaded.add(path);
  }
  const sources = new Map<string, number>();
  for (const file of loaded) {
    for (const [source, { bytesInOutput }] of Object.entries(outputs[file].inputs)) {
      if (bytesInOutput > 0) sources.set(source, (sources.get(source) ?? 0) + bytesInOutput);
    }
  }
  const unwanted = /yargs|^build\/export\.js|^models\/export\/|^lib\/plot\/|^lib\/selftest\//;
  assert.equal([...sources.keys()].filter((source) => unwanted.test(source)), []); // biome-ignore format: one line
  const bytes = [...sources.values()].reduce((sum, size) => sum + size, 0);
  console.log(`\n${Math.round(bytes / 1024)} KiB in ${loaded.size} files`);
  assert.ok(sources.has("models/classifier.ts") && bytes > 300_000);
});

test.run();
