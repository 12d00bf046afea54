// The README's example, run as it stands.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { read } from "./support/sources.ts";

const test = suite("README");

/** Whatever of MNIST can be had. */
const LOAD = 'await loadMnist({ source: "auto" })';

const example = read("README.md").match(/```ts\n([\s\S]*?)```/)?.[1] ?? "";

/** Runs a program that imports the package by its name, against the sources. */
function run(program: string): string {
  mkdirSync("build", { recursive: true });
  const folder = mkdtempSync("build/readme-");
  const sources = {
    simdgrad: "lib/index.ts",
    "simdgrad/node": "data/index.node.ts",
    "simdgrad/models": "models/index.ts",
  };
  const local = Object.entries(sources).reduce(
    (text, [name, source]) => text.replaceAll(`from "${name}"`, `from "../../${source}"`),
    program,
  );
  try {
    writeFileSync(`${folder}/example.ts`, local);
    return execFileSync(process.execPath, ["--expose-gc", "--import", "tsx", `${folder}/example.ts`], {
      encoding: "utf8",
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("the linear example is whole in 15 lines", () => {
  assert.ok(example.includes(LOAD));
  assert.ok(example.trim().split("\n").length <= 15);
});

test("on MNIST it reads more than 91 % of the test images; trained on the sample, more than 86 %", () => {
  // No test waits for a download.
  const source = process.env.MNIST_DIR ? "mnist" : "sample";
  const accuracy = Number(run(example.replace(LOAD, LOAD.replace("auto", source))));
  assert.ok(accuracy > (source === "mnist" ? 0.91 : 0.86), `${accuracy}`);
});

test("10,000 steps of its loop leave memory flat", () => {
  const steps = 10_000;
  const usage = run(
    `import { Dataset, memoryUsage, tensor } from "simdgrad";\n${example}`
      .replace(/import \{ loadMnist \}.*\n/, "")
      .replace(
        LOAD,
        `(() => {
          const images = tensor(new Uint8Array(640 * 784), [640, 28, 28], "u8");
          const train = new Dataset({ name: "blank", images, labels: tensor(new Uint8Array(640), [640], "u8") });
          return { train, test: train };
        })()`,
      )
      .replace("const optimizer", "const usage: number[][] = [];\nconst optimizer")
      .replace("epoch < 3", `epoch < ${steps / 10}`)
      .replace(
        "optimizer.step();\n",
        "optimizer.step();\n    if (usage.length % 1000 === 999) globalThis.gc?.();\n    const { inUseBytes, reservedBytes } = memoryUsage(); usage.push([inUseBytes, reservedBytes, process.memoryUsage().heapUsed]);\n",
      )
      .replace(/console\.log.*/, "console.log(JSON.stringify([usage[10], usage[4999], usage.at(-1), usage.length]));"),
  );
  const [early, middle, late, count] = JSON.parse(usage);
  assert.is(count, steps);
  // Blocks in use and taken from the host: the same to the byte after ten steps and after ten thousand.
  assert.equal(late.slice(0, 2), early.slice(0, 2));
  assert.ok(late[2] < middle[2] + 5e6, `the heap went from ${middle[2]} to ${late[2]} bytes`);
});

test.run();
