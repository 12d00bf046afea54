// Two copies of the library in one process: each refuses what the other made, wherever a tensor or a layer can go.

import { mkdtempSync, rmSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as A from "../../lib/index.ts";

const test = suite("two copies of the library");

const { withoutKernels } = (await import(new URL("../../scripts/without_kernels.mjs", import.meta.url).href)) as {
  withoutKernels: Plugin;
};
const folder = mkdtempSync("build/copy-");
async function copyOf(name: string, plugins: Plugin[]): Promise<typeof A> {
  const outfile = `${folder}/${name}.mjs`;
  await build({ entryPoints: ["lib/index.ts"], bundle: true, format: "esm", target: "node20", outfile, plugins });
  return import(pathToFileURL(outfile).href);
}
const B = await copyOf("copy", []);
const slim = await copyOf("slim", [withoutKernels]);
rmSync(folder, { recursive: true });

const parameter = (library: typeof A, size = 3): A.Tensor<"f32"> => {
  const tensor = library.ones([size]);
  tensor.requiresGrad = true;
  return tensor;
};

function refuses(title: string, name: string, call: () => unknown): void {
  test(title, () => {
    assert.throws(call, (error: unknown) => {
      assert.instance(error, A.RuntimeError);
      const { message, details } = error as A.RuntimeError;
      assert.ok(message.includes(`${name} was made by another copy of simdgrad (version ${B.VERSION};`), message);
      assert.is(details.version, B.VERSION);
      return true;
    });
  });
}

const [a, b] = [A.full([3], 5), B.full([3], 7)];
const labels = B.tensor(new Int32Array(1));
const twoArguments = A.defineOp("pair", {
  forward: (_, x: A.Tensor, y: A.Tensor) => A.empty([x.size + y.size]),
  backward: () => [null, null],
});

test("they are two", () => {
  assert.is.not(A.Tensor, B.Tensor);
  assert.is(B.sum(b).item(), 21);
});

refuses("an operation", "sum: x", () => A.sum(b));
refuses("its second argument", "add: b", () => A.add(a, b));
refuses("labels", "crossEntropy: target", () => A.crossEntropy(A.ones([1, 3]), labels));
refuses("a bias that may be left out", "linear: b", () => A.linear(A.ones([1, 3]), A.ones([3, 3]), b));
refuses("an argument that was not declared", "pair: argument 2", () => twoArguments(a, b));
refuses("views", "detach: x", () => A.detach(b));
refuses("reshape", "reshape: x", () => A.reshape(b, [1, 3]));
refuses("argmax", "argmax: x", () => A.argmax(b, 0));
refuses("running statistics", "batchNorm2d: runningMean", () => {
  const options = { runningMean: b, runningVar: A.ones([3]), isTraining: true };
  A.batchNorm2d(A.ones([2, 1, 1, 3]), A.ones([3]), A.ones([3]), options);
});
refuses("a layer", "linear: x", () => new A.Linear(3, 3).forward(B.ones([1, 3])));
class Stranger extends A.Module {
  forward(): A.Tensor<"f32"> {
    return B.ones([1, 4, 4, 1]);
  }
}
refuses("what a layer hands to a folded convolution", "Sequential: what layer 0 returns", () => {
  const layers = [new Stranger(), new A.Conv2d(1, 4, 3, { padding: 1 }), new A.BatchNorm2d(4)];
  return A.noGrad(() => new A.Sequential(layers).eval().forward(A.ones([1])));
});
refuses("the weights of a folded convolution", "conv2d: w", () => {
  const conv = Object.assign(new A.Conv2d(1, 4, 3), { weight: B.ones([3, 3, 1, 4]) });
  const bn = Object.assign(new A.BatchNorm2d(4), { isTraining: false });
  return A.noGrad(() => new A.Sequential([conv, bn]).forward(A.ones([1, 4, 4, 1])));
});
refuses("a layer of the other", "x", () => B.noGrad(() => new A.Linear(3, 3).forward(B.ones([1, 3]))));
refuses("a loss", "backward: loss", () => A.backward(B.sum(parameter(B))));
refuses("parameters", "SGD: params[0]", () => new A.SGD([b], { lr: 1 }));
refuses("parameters that an average follows", "Ema: params[0]", () => new A.Ema([b], { decay: 0.5 }));
refuses("gradients that an optimizer takes", "Adam: a gradient", () => {
  const w = parameter(A);
  w.grad = b;
  new A.Adam([w]).step();
});
refuses("gradients that are clipped", "clipGradNorm: a gradient", () => {
  A.clipGradNorm([Object.assign(parameter(A), { grad: b })], 1);
});
refuses("gradients that are added to", "backward: a gradient that is added to", () => {
  A.backward(A.sum(A.mul(Object.assign(parameter(A), { grad: b }), 2)));
});
refuses("an optimizer's state", "loadState: step", () => {
  new A.SGD([parameter(A)], { lr: 1 }).loadState(new B.SGD([parameter(B)], { lr: 1 }).state());
});
refuses("a layer in Sequential", "Sequential: layer fc", () => new A.Sequential({ fc: new B.Linear(1, 1) }));
refuses("a layer that is registered", "registerModule: fc", () => new A.ReLU().registerModule("fc", new B.ReLU()));
refuses("a tensor that is registered", "registerParameter: w", () => new A.ReLU().registerParameter("w", b));
refuses("a layer among a module's fields", "Module: blocks.0", () => {
  Object.assign(new A.ReLU(), { blocks: [new B.Linear(1, 1)] }).parameters();
});
refuses("a tensor among them", "Module: scale", () => A.stateDict(Object.assign(new A.ReLU(), { scale: b })));
refuses("a model's state", "stateDict: model", () => A.stateDict(new B.Linear(1, 1)));
refuses("a model in a table", "summary: model", () => A.summary(new B.Linear(1, 1)));
refuses("images that are normalised", "normalizeImages: images", () => {
  A.normalizeImages(B.tensor(new Uint8Array(4), [1, 2, 2]));
});
refuses("an index of images", "distortImages: index", () => {
  A.distortImages(A.tensor(new Uint8Array(4), [1, 2, 2]), B.tensor(new Int32Array(1)), {});
});
refuses("rows that are gathered", "gather: index", () => A.gather(A.ones([1, 2]), B.tensor(new Int32Array(1))));
refuses("images of a data set", "dataset: images", () => {
  const images = B.tensor(new Uint8Array(4), [1, 2, 2]);
  return new A.Dataset({ name: "it", images, labels: A.tensor(new Uint8Array(1)) });
});
refuses("labels of a data set", "dataset: labels", () => {
  const images = A.tensor(new Uint8Array(4), [1, 2, 2]);
  return new A.Dataset({ name: "it", images, labels: B.tensor(new Uint8Array(1)) });
});
refuses("parameters that are looked for", "unregisteredParameters: loss", () => {
  A.unregisteredParameters([], B.sum(parameter(B)));
});

refuses("a layer that Sequential begins with", "Sequential: layer 0", () => new A.Sequential(new B.Linear(1, 1)));
refuses("a model where parameters belong", "Adam: params", () => new A.Adam(new B.Linear(1, 1) as never));
refuses("a tensor where numbers belong", "tensor: values", () => A.tensor(b as never));
const theirs = new B.Dataset({ name: "it", features: B.ones([1, 3]), labels: B.tensor(new Uint8Array(1)) });
refuses("a data set that is evaluated", "evaluate: dataset", () => A.evaluate(new A.Linear(3, 1), theirs));
refuses("a data set that is read", "predict: inputs", () => A.predict(new A.Linear(3, 1), theirs));

test("where simdgrad meets simdgrad/slim, that is what the line names", () => {
  assert.throws(
    () => A.predict(new slim.ReLU(), a),
    /^predict: model was made by another copy .* This page mixes simdgrad and simdgrad\/slim: import all of it from one\.$/,
  );
  assert.throws(() => slim.predict(new A.ReLU(), a), /This page mixes simdgrad and simdgrad\/slim/);
  const older = { [Symbol.for("simdgrad.copy")]: { version: "0.0.9" } };
  assert.throws(() => A.sum(older as never), /version 0\.0\.9; .* Load the library once: npm ls/);
});

test.run();
