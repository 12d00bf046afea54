import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { build } from "esbuild";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DisposedError } from "../../lib/base/errors.ts";
import { Dataset } from "../../lib/data/dataset.ts";
import { AdamW } from "../../lib/optim/adam.ts";
import { Muon } from "../../lib/optim/muon.ts";
import { SGD } from "../../lib/optim/sgd.ts";
import { empty, ones, tensor, zeros } from "../../lib/tensor/create.ts";
import type { DType } from "../../lib/tensor/tensor.ts";

const test = suite("printing a tensor");

interface Case {
  dtype: DType;
  shape: number[];
  /** The numbers, or the first of those that count up by one. */
  data: string[] | number;
  text: string;
}

const NAMED: Record<string, number> = { inf: Number.POSITIVE_INFINITY, "-inf": Number.NEGATIVE_INFINITY };
const cases: Case[] = JSON.parse(readFileSync("test/fixtures/print.json", "utf8"));

test("numbers stand as NumPy prints them, columns aligned, long arrays cut", () => {
  assert.ok(cases.length > 50);
  for (const { dtype, shape, data, text } of cases) {
    const size = shape.reduce((product, dim) => product * dim, 1);
    const numbers =
      typeof data === "number" ? Array.from({ length: size }, (_, i) => data + i) : data.map((word) => NAMED[word] ?? Number(word)); // biome-ignore format: one line
    const printed = String(tensor(numbers, shape, dtype));
    const title = `Tensor ${dtype}[${shape.join(", ")}]`;
    assert.is(printed.slice(title.length + 1), text.replaceAll("...", "…"));
    assert.ok(printed.startsWith(`${title}${text.includes("\n") ? "\n" : " "}`));
  }
});

test("console.log, text and template show dtype, shape and numbers", () => {
  const x = tensor([
    [1, 2.5],
    [3, 0.1],
  ]);
  const text = "Tensor f32[2, 2]\n[[1.  2.5]\n [3.  0.1]]";
  assert.is(inspect(x), text);
  assert.is(`${x}`, text);
  assert.is(inspect(tensor([1, 2], [2], "u8")), "Tensor u8[2] [1 2]");
  assert.is(inspect(tensor(0.5)), "Tensor f32[] 0.5");
  assert.is(inspect(zeros([0, 3])), "Tensor f32[0, 3] []");
});

test("requiresGrad and disposed tensors are marked", () => {
  const w = Object.assign(ones([2]), { requiresGrad: true });
  assert.is(String(w), "Tensor f32[2] (requiresGrad) [1. 1.]");
  w.dispose();
  assert.is(inspect(w), "Tensor f32[2] (disposed)");
});

test("inside other objects its lines are indented, and deep down its title stands for it", () => {
  const x = ones([2, 1]);
  assert.is(inspect({ x }), "{\n  x: Tensor f32[2, 1]\n  [[1.]\n   [1.]]\n}");
  assert.match(inspect({ a: { b: { c: x } } }), /c: \[Tensor f32\[2, 1\]\] /);
});

test("printing does not count as a write", () => {
  const x = ones([2]);
  const { version } = x;
  inspect(x);
  JSON.stringify(x);
  assert.is(x.version, version);
});

test("JSON holds nested arrays; a scalar is a number; NaN is null", () => {
  const nested = [
    [1, 2],
    [3, 4],
  ];
  assert.is(JSON.stringify({ x: tensor(nested), loss: tensor(0.5) }), '{"x":[[1,2],[3,4]],"loss":0.5}');
  assert.is(JSON.stringify(tensor([Number.NaN])), "[null]");
  const gone = ones([1]);
  gone.dispose();
  assert.throws(
    () => JSON.stringify(gone),
    (error: unknown) => error instanceof DisposedError,
  );
});

test("ndim is the number of dimensions", () => {
  assert.equal([tensor(1), ones([2]), empty([2, 0, 3])].map(({ ndim }) => ndim), [0, 1, 3]); // biome-ignore format: one line
});

test("console.log of a data set and of an optimizer is one line, which says what it is", async () => {
  const images = zeros([1200, 2, 3], "u8");
  const digits = new Dataset({ name: "digits", images, labels: zeros([1200], "u8"), classes: 4 });
  assert.is(inspect(digits), 'Dataset { "digits": 1,200 images [2, 3, 1], labels of 4 classes }');
  const houses = new Dataset({ name: "houses", features: ones([5, 2]), targets: ones([5, 1]) }).take(3);
  assert.is(inspect([houses]), '[ Dataset { "houses, the first 3": 3 feature vectors [2], targets } ]');
  const params = [ones([40, 50]), ones([1])];
  assert.is(inspect(new AdamW(params)), "AdamW { lr: 0.001, 2 parameters of 2,001 numbers }");
  assert.is(inspect(new SGD(params, { lr: 0.5 })), "SGD { lr: 0.5, 2 parameters of 2,001 numbers }");
  assert.is(inspect(new Muon(params)), "Muon { lr: 0.001, 2 parameters of 2,001 numbers }");
});

test("a data set has the right class name also in a bundle", async () => {
  const { outputFiles } = await build({ entryPoints: ["lib/index.ts"], bundle: true, format: "esm", write: false });
  assert.not.match(outputFiles[0].text, /class _(Dataset|Adam|SGD|Tensor)\b/);
});

test.run();
