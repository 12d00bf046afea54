// The reader's kernels, a few of all: nothing that reading calls is missing, and answers are those of all kernels to the bit.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { supportsVariant } from "../../lib/index.ts";

const test = suite("reading kernels");

/** Kernels are loaded once in a process: each set reads in one of its own. */
const READER = `
  import { readFileSync } from "node:fs";
  import { decodeCheckpoint, useKernels } from "./lib/index.ts";
  import { Classifier, MODEL_NAMES, networkOf } from "./models/index.ts";
  import { pictureOf, preprocessDigit } from "./data/index.ts";
  import { SAMPLES } from "./web/draw/sample_strokes.ts";
  useKernels(readFileSync(process.env.KERNELS));
  const answers = MODEL_NAMES.map((name) => {
    const network = networkOf(name).build();
    decodeCheckpoint(network, readFileSync("models/pretrained/" + name + ".safetensors"), name);
    network.eval();
    const classifier = new Classifier(network);
    return SAMPLES.map((strokes) => {
      const { digit, probabilities } = classifier.read(preprocessDigit(pictureOf(strokes)));
      return { digit, probabilities };
    });
  });
  console.log(JSON.stringify(answers));
`;

interface Read {
  digit: number;
  probabilities: number[];
}

/** @returns for each network what it reads in each sample */
function readWith(kernels: string): Read[][] {
  const args = [...process.execArgv, "--input-type=module", "-e", READER];
  return JSON.parse(
    execFileSync(process.execPath, args, { env: { ...process.env, KERNELS: kernels }, encoding: "utf8" }),
  );
}

for (const variant of ["simd", "relaxed"] as const) {
  if (!supportsVariant(variant)) continue;
  test(`${variant}: every network reads every sample as it does with all kernels`, () => {
    const answers = readWith(`build/reading.${variant}.wasm`);
    assert.equal(answers, readWith(`build/kernels.${variant}.wasm`));
    for (const each of answers)
      assert.equal(
        each.map(({ digit }) => digit),
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      );
  });
}

test("they are a fraction of all kernels", () => {
  const size = (name: string): number => readFileSync(`build/${name}.wasm`).length;
  assert.ok(size("reading.relaxed") < size("kernels.relaxed") / 3);
});

test.run();
