// The types as users get them: strict programs that use every entry, library checks on, under old and new compilers.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { installPackage, PROGRAM, run } from "./support/consumer.ts";

const test = suite("a consumer's types");

/** The oldest that is supported, the last of each line since, and the newest. */
const COMPILERS = ["5.4", "5.9", "6.0", "7"];
const STRICT = { noEmit: true, strict: true, target: "es2022", skipLibCheck: false };
/** As a consumer may have set it: for Node or a bundler, and for Node without the types of a page. */
const CONSUMERS: Record<string, { options: object; source: string }> = {
  nodenext: { options: { module: "nodenext", types: ["node"] }, source: "train.ts" },
  bundler: { options: { module: "esnext", moduleResolution: "bundler", types: ["node"] }, source: "train.ts" },
  "nodenext without DOM": { options: { module: "nodenext", types: ["node"], lib: ["es2022"] }, source: "server.ts" },
};

const TRAIN = `${PROGRAM}
import { cnn } from "simdgrad/models";
import { loadMnist } from "simdgrad/node";
import wasm from "simdgrad/kernels.simd.wasm";
import * as slim from "simdgrad/slim";
import { cnn as slimCnn } from "simdgrad/slim/models";
import * as data from "simdgrad/slim/data";
import * as exporters from "simdgrad/slim/export";
import * as plot from "simdgrad/slim/plot";
import * as selftest from "simdgrad/slim/selftest";
import { defineOp, empty, encodeTrainingState, evaluate, Module, summary, type Tensor, type TrainingState, useKernels } from "simdgrad";
const double = defineOp("double", { forward: (_, t: Tensor) => empty(t.shape), backward: (_, dy) => [dy] });
export class Net extends Module {
  readonly blocks = [model];
  readonly #hidden = this.registerModule("hidden", new Linear(10, 10));
  forward(t: Tensor) {
    return this.#hidden.forward(this.blocks[0].forward(double(t)));
  }
}
console.log(summary(new Net(), [1, 784]), x.ndim, x.values[0]);
export const later = async () => {
  useKernels(wasm);
  slim.useKernels(await (await fetch("kernels.wasm")).arrayBuffer());
  slim.useKernels(new Uint8Array(8));
  const { test } = await loadMnist();
  const { accuracy } = await evaluate(cnn(), test);
  return accuracy satisfies number;
};
export const others = [slimCnn, data, exporters, plot, selftest];
export const bytes: BlobPart[] = [encodeTrainingState({} as TrainingState)];
{
  using scoped = x;
  console.log(scoped.shape);
}
// @ts-expect-error: the types are really there
model.forward("text");
// @ts-expect-error: what is internal is not among them
x.ptr;
// @ts-expect-error: nor here
model.members();
`;
const ENTRIES = ["", "/node", "/models", "/data", "/export", "/plot", "/selftest", "/slim"];
const SERVER = `
${ENTRIES.map((name, i) => `import * as entry${i} from "simdgrad${name}";`).join("\n")}
export const all = [${ENTRIES.map((_, i) => `entry${i}`)}];
entry0.useKernels(new Uint8Array(8));
`;

const folder = mkdtempSync(join(tmpdir(), "simdgrad-types-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const compilers = join(folder, "compilers");

test.before(() => {
  installPackage(folder);
  writeFileSync(join(folder, "train.ts"), TRAIN);
  writeFileSync(join(folder, "server.ts"), SERVER);
  mkdirSync(compilers);
  writeFileSync(join(compilers, "package.json"), "{}");
  const wanted = COMPILERS.map((version) => `typescript-${version}@npm:typescript@${version}`);
  run(compilers, "npm", "install", "--no-audit", "--no-fund", ...wanted);
});

for (const [name, { options, source }] of Object.entries(CONSUMERS)) {
  for (const version of COMPILERS) {
    test(`${source} compiles for ${name} with TypeScript ${version}`, () => {
      const typeRoots = [resolve("node_modules/@types")];
      const config = { compilerOptions: { ...STRICT, ...options, typeRoots }, files: [source] };
      writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
      const tsc = join(compilers, `node_modules/typescript-${version}/bin/tsc`);
      assert.is(run(folder, process.execPath, tsc, "--project", "."), "");
    });
  }
}

test.run();
