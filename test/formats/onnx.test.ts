import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OptionError, ShapeError } from "../../lib/base/errors.ts";
import { stateDict } from "../../lib/formats/checkpoint.ts";
import { encodeOnnx } from "../../lib/formats/onnx.ts";
import { AdaptiveAvgPool2d } from "../../lib/nn/adaptive_avg_pool2d.ts";
import { AvgPool2d } from "../../lib/nn/avg_pool2d.ts";
import { BatchNorm2d } from "../../lib/nn/batch_norm2d.ts";
import { Conv2d } from "../../lib/nn/conv2d.ts";
import { Flatten } from "../../lib/nn/flatten.ts";
import { Linear } from "../../lib/nn/linear.ts";
import { MaxPool2d } from "../../lib/nn/max_pool2d.ts";
import { Module } from "../../lib/nn/module.ts";
import { ReLU } from "../../lib/nn/relu.ts";
import { Sequential } from "../../lib/nn/sequential.ts";
import { VERSION } from "../../lib/runtime/version.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { cnn } from "../../models/cnn.ts";
import { linear } from "../../models/linear.ts";
import { leaks } from "../support/leaks.ts";
import { onnxNetworks } from "../support/onnx_networks.ts";
import { type Message, readProtobuf } from "../support/read_protobuf.ts";

const test = suite("onnx");

const CNN = { inputShape: [28, 28, 1], name: "cnn" };

/** The name and dimensions of a value; the batch is a name. */
function value(info: Message): [string, (string | number)[]] {
  const dims = info.message(2).message(1).message(2).messages(1);
  assert.is(info.message(2).message(1).number(1), 1, "f32");
  return [info.text(1), dims.map((dim) => dim.text(2) ?? dim.number(1))];
}

/** A node's attributes by name, each of the kind that it says it is of. */
function attributes(node: Message): Record<string, number | number[]> {
  const read = (attribute: Message): number | number[] => {
    const kind = attribute.number(20);
    assert.ok([1, 2, 7].includes(kind));
    return kind === 1 ? attribute.float(2) : kind === 2 ? attribute.number(3) : attribute.packed(8);
  };
  return Object.fromEntries(node.messages(5).map((attribute) => [attribute.text(1), read(attribute)]));
}

test("the CNN's file holds its layers in order, and every weight as PyTorch has it", () => {
  const model = cnn({ seed: 1 });
  const file = readProtobuf(encodeOnnx(model, CNN));
  assert.equal([file.number(1), file.message(8).text(1), file.message(8).number(2)], [8, "", 17]);
  assert.equal([file.text(2), file.text(3)], ["simdgrad", VERSION]);
  const graph = file.message(7);
  const nodes = graph.messages(1);
  const block = ["Conv", "BatchNormalization", "Relu", "MaxPool"];
  assert.equal(
    nodes.map((node) => node.text(4)),
    [...block, ...block, ...block.slice(0, 3), "GlobalAveragePool", "Flatten", "Gemm", "Relu", "Gemm"],
  );
  assert.equal(nodes[0].text(3), "conv1/Conv");
  assert.equal(attributes(nodes[0]), { kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] });
  assert.equal(attributes(nodes[1]), { epsilon: Math.fround(1e-5) });
  assert.equal(attributes(nodes[3]), { kernel_shape: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] });
  assert.equal(attributes(nodes.at(-1) as Message), { transB: 1 });
  const weights = Object.entries(stateDict(model)).filter(([, { dtype }]) => dtype === "F32");
  assert.is(weights.length, 22);
  const written = graph.messages(5).map((weight) => {
    assert.is(weight.number(2), 1, "f32");
    return [weight.text(8), weight.packed(1), weight.bytes(9)];
  });
  const byName = (a: unknown[], b: unknown[]): number => (String(a[0]) < String(b[0]) ? -1 : 1);
  assert.equal(
    written.sort(byName),
    weights.map(([name, { shape, data }]) => [name, [...shape], new Uint8Array(data.buffer)]).sort(byName),
  );
});

test("input and output have a free batch, and what lies between has the shapes that the model itself computes", () => {
  const model = cnn({ seed: 1 });
  const graph = readProtobuf(encodeOnnx(model, CNN)).message(7);
  assert.equal(value(graph.message(11)), ["images", ["N", 1, 28, 28]]);
  assert.equal(value(graph.message(12)), ["logits", ["N", 10]]);
  const shapes = Object.fromEntries(graph.messages(13).map(value));
  assert.equal(shapes["conv2/Conv"], ["N", 64, 14, 14]);
  assert.equal(shapes["pool3/GlobalAveragePool"], ["N", 128, 1, 1]);
  assert.equal(shapes["flatten/Flatten"], ["N", 128]);
});

test("every node reads what was there before it, every name stands for one thing, and nothing is left over", () => {
  const networks = [{ name: "cnn", model: cnn(), inputShape: [28, 28, 1], nodes: null }, ...onnxNetworks()];
  for (const { name, model, inputShape, nodes: types } of networks) {
    const graph = readProtobuf(encodeOnnx(model, { name, inputShape })).message(7);
    assert.is(graph.text(2), name);
    const nodes = graph.messages(1);
    if (types) assert.equal(nodes.map((node) => node.text(4)), types, name); // biome-ignore format: one line
    const known = new Set([...graph.messages(5).map((initializer) => initializer.text(8)), "images"]);
    assert.is(known.size, graph.messages(5).length + 1);
    const unread = new Set(known);
    for (const node of nodes) {
      for (const input of node.texts(1)) {
        assert.ok(known.has(input), `${name}: ${node.text(3)} reads ${input}`);
        unread.delete(input);
      }
      const [output, ...others] = node.texts(2);
      assert.ok(others.length === 0 && !known.has(output), `${name}: ${output} twice`);
      known.add(output);
      unread.add(output);
    }
    assert.equal([...unread], ["logits"], name);
    const inner = graph.messages(13).map((info) => info.text(1));
    assert.equal(
      new Set(inner),
      new Set(nodes.flatMap((node) => node.texts(2)).filter((output) => output !== "logits")),
    );
  }
});

test("names, description and metadata are the caller's", () => {
  const options = { name: "digits", description: "Ziffern — 数字", metadata: { mean: "0.1307", std: "0.3081" } };
  const file = readProtobuf(
    encodeOnnx(linear(), { ...options, inputShape: [28, 28, 1], inputName: "x", outputName: "y" }),
  );
  assert.is(file.text(6), options.description);
  assert.equal(
    file.messages(14).map((entry) => [entry.text(1), entry.text(2)]),
    Object.entries(options.metadata),
  );
  const graph = file.message(7);
  assert.equal([graph.text(2), value(graph.message(11))[0], value(graph.message(12))[0]], ["digits", "x", "y"]);
});

test("the same model gives the same bytes, whatever its mode, and nothing stays in memory", () => {
  const model = cnn({ seed: 3 });
  const training = encodeOnnx(model.train(), CNN);
  assert.equal(encodeOnnx(model.eval() as Sequential, CNN), training);
  assert.is(leaks(() => encodeOnnx(model, CNN)), 0); // biome-ignore format: one line
});

class Twice extends Module {
  forward(x: Tensor): Tensor<"f32"> {
    return x as Tensor<"f32">;
  }
}

class LeakyReLU extends ReLU {
  override forward(x: Tensor): Tensor<"f32"> {
    return x as Tensor<"f32">;
  }
}

class Own extends Sequential {
  override forward(x: Tensor): Tensor<"f32"> {
    return super.forward(x);
  }
}

test("what ONNX cannot say is refused, naming the layer", () => {
  const refused: [Record<string, Module>, RegExp][] = [
    [{ block: new Sequential({ twice: new Twice() }) }, /^encodeOnnx: block\.twice is a Twice, of which ONNX knows/],
    [{ act: new LeakyReLU() }, /^encodeOnnx: act is a LeakyReLU/],
    [{ pool: new AdaptiveAvgPool2d(3) }, /^encodeOnnx: pool: ONNX has no AdaptiveAvgPool2d from 8×6 to 3×3/],
    [{ pool: new AdaptiveAvgPool2d([4, 4]) }, /^encodeOnnx: pool: .* from 8×6 to 4×4/],
    [{ pool: new MaxPool2d(2, { padding: 2 }) }, /^encodeOnnx: pool: padding must be at most half/],
  ];
  for (const [layers, pattern] of refused) {
    assert.throws(
      () => encodeOnnx(new Sequential(layers), { name: "m", inputShape: [8, 6, 2] }),
      (error: unknown) => error instanceof OptionError && pattern.test(error.message),
      String(pattern),
    );
  }
  assert.throws(() => encodeOnnx(new Own({}), CNN), /^encodeOnnx: the model is a Own, of which ONNX knows/);
});

test("a shape that does not go through the layers is refused, naming the layer", () => {
  const refused: [Record<string, Module>, readonly number[], RegExp][] = [
    [{ conv: new Conv2d(3, 4, 3) }, [8, 8, 1], /^encodeOnnx: conv: input channels differ; x is \[1, 8, 8, 1\]/],
    [{ conv: new Conv2d(1, 4, 9) }, [8, 8, 1], /^encodeOnnx: conv: the 9×9 window does not fit the 8×8 input/],
    [{ conv: new Conv2d(1, 4, 3) }, [8], /^encodeOnnx: conv: x must have rank 4/],
    [{ bn: new BatchNorm2d(4) }, [8, 8, 3], /^encodeOnnx: bn: x has 3 channels, the layer 4/],
    [{ bn: new BatchNorm2d(4) }, [4], /^encodeOnnx: bn: x must have rank 4/],
    [{ pool: new AvgPool2d(9) }, [8, 8, 3], /^encodeOnnx: pool: the 9×9 window does not fit/],
    [{ pool: new AdaptiveAvgPool2d(1) }, [8], /^encodeOnnx: pool: x must have rank 4/],
    [{ fc: new Linear(4, 2) }, [5], /^encodeOnnx: fc: x is \[1, 5\]; expected \[1, 4\] as the layer has it\.$/],
    [{ fc: new Linear(4, 2) }, [2, 2, 1], /^encodeOnnx: fc: x is \[1, 2, 2, 1\]; .* Put a Flatten before it\.$/],
    [{ flatten: new Flatten() }, [2, 2], /^encodeOnnx: inputShape must be \[H, W, C\] or \[features\]/],
    [{ flatten: new Flatten() }, [0, 2, 1], /^encodeOnnx: inputShape must be/],
    [{ flatten: new Flatten() }, [1.5], /^encodeOnnx: dimensions must be integers/],
  ];
  for (const [layers, inputShape, pattern] of refused) {
    assert.throws(
      () => encodeOnnx(new Sequential(layers), { name: "m", inputShape }),
      (error: unknown) => error instanceof ShapeError && pattern.test(error.message),
      String(pattern),
    );
  }
});

test("names that ONNX forbids, or that could be a parameter's, are refused", () => {
  for (const wrong of [{ name: "" }, { inputName: "fc.weight" }, { outputName: "7" }, { inputName: "logits" }]) {
    assert.throws(
      () => encodeOnnx(linear(), { ...CNN, ...wrong }),
      (error: unknown) => error instanceof OptionError && /^encodeOnnx: \w*[nN]ame /.test(error.message),
    );
  }
});

test.run();
