import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OptionError } from "../../lib/base/errors.ts";
import { Dropout } from "../../lib/nn/dropout.ts";
import { Sequential } from "../../lib/nn/sequential.ts";
import { ones } from "../../lib/tensor/create.ts";

const test = suite("Dropout");
const x = ones([64]).keep();
const draw = (layer: Dropout): string => layer.forward(x).data.join();

test("in evaluation, and with p = 0, it hands its input on", () => {
  assert.is(new Dropout(0.5).eval().forward(x), x);
  assert.is(new Dropout(0).forward(x), x);
});

test("each training forward draws another mask; evaluation draws none", () => {
  const layer = new Dropout(0.5, { seed: 1 });
  const [first, second] = [draw(layer), draw(layer)];
  assert.is.not(first, second);
  layer.setRandomState(1, 0);
  layer.eval().forward(x);
  layer.train();
  assert.is(draw(layer), first);
});

test("two layers of one model drop different elements, under the model's seed", () => {
  const make = (seed: number): Dropout[] => {
    const layers = { a: new Dropout(0.5), b: new Dropout(0.5) };
    new Sequential(layers, { seed });
    return [layers.a, layers.b];
  };
  const [a, b] = make(1);
  const firstA = draw(a);
  assert.is.not(draw(b), firstA);
  assert.is(draw(make(1)[0]), firstA);
  assert.is.not(draw(make(2)[0]), firstA);
});

test("setRandomState on the model resumes the masks of any step", () => {
  const layer = new Dropout(0.5);
  const model = new Sequential({ inner: new Sequential({ layer }) }, { seed: 4 });
  const drawn = [draw(layer), draw(layer), draw(layer)];
  model.setRandomState(4, 1);
  assert.equal([draw(layer), draw(layer)], drawn.slice(1));
});

test("a rate of 1 gives zeros in training, and changes nothing in evaluation", () => {
  const layer = new Dropout(1);
  assert.equal([...layer.forward(ones([3])).data], [0, 0, 0]);
  assert.equal([...layer.eval().forward(ones([3])).data], [1, 1, 1]);
});

test("rates outside [0, 1] are refused", () => {
  for (const p of [-0.5, 1.5, Number.NaN]) {
    assert.throws(
      () => new Dropout(p),
      (error: unknown) => error instanceof OptionError,
    );
  }
});

test.run();
