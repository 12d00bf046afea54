import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DTypeError, OptionError } from "../../lib/base/errors.ts";
import { Linear } from "../../lib/nn/linear.ts";
import { Adam, AdamW } from "../../lib/optim/adam.ts";
import { clipGradNorm } from "../../lib/optim/clip_grad_norm.ts";
import { Muon } from "../../lib/optim/muon.ts";
import type { Optimizer } from "../../lib/optim/optimizer.ts";
import { cosineLr } from "../../lib/optim/schedules.ts";
import { SGD } from "../../lib/optim/sgd.ts";
import { uniform64 } from "../../lib/selftest/array64.ts";
import { tensor } from "../../lib/tensor/create.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { refuses } from "../support/refuses.ts";

const test = suite("what optimizers have in common");

interface Decay {
  noDecay?: Tensor<"f32">[];
  weightDecay?: number;
}
type Make = (params: Tensor<"f32">[], decay: Decay) => Optimizer;

const OPTIMIZERS: Record<string, Make> = {
  Adam: (params, decay) => new Adam(params, { lr: 0.1, weightDecay: 0.5, ...decay }),
  AdamW: (params, decay) => new AdamW(params, { lr: 0.1, weightDecay: 0.5, ...decay }),
  SGD: (params, decay) => new SGD(params, { lr: 0.1, weightDecay: 0.5, ...decay }),
  "SGD with momentum": (params, decay) => new SGD(params, { lr: 0.1, momentum: 0.5, weightDecay: 0.5, ...decay }),
};

/** Two parameters, each three steps further. */
function afterSteps(make: Make, decay: (params: Tensor<"f32">[]) => Decay): number[][] {
  const params = [3, 5].map((size) => tensor(uniform64([size], size).data));
  const optimizer = make(params, decay(params));
  for (let step = 1; step < 4; step++) {
    for (const parameter of params) parameter.grad = tensor(uniform64([parameter.size], step).data);
    optimizer.step();
  }
  return params.map(({ data }) => [...data]);
}

for (const [name, make] of Object.entries(OPTIMIZERS)) {
  test(`${name}: weight decay leaves the parameters of noDecay alone, and only those`, () => {
    const decayed = afterSteps(make, () => ({}));
    const without = afterSteps(make, () => ({ weightDecay: 0 }));
    assert.not.equal(decayed[0], without[0]);
    assert.not.equal(decayed[1], without[1]);
    const mixed = afterSteps(make, ([, second]) => ({ noDecay: [second] }));
    assert.equal(mixed, [decayed[0], without[1]]);
  });

  test(`${name}: a tensor of noDecay that is not among the parameters is refused`, () => {
    assert.throws(
      () => afterSteps(make, () => ({ noDecay: [tensor([1])] })),
      (error: unknown) => error instanceof OptionError && error.message.includes("not among the parameters"),
    );
  });
}

test("a model, a number or arrays in place of parameters and options are refused, and what to pass is said", () => {
  const model = new Linear(2, 1);
  const given = (value: unknown) => value as never;
  refuses(
    () => new Adam(given(model)),
    DTypeError,
    "Adam: params must be an array of tensors; got a Linear. Pass model.parameters().",
  );
  refuses(
    () => new Adam(given(model.namedParameters())),
    DTypeError,
    /^Adam: params\[0\] must be a tensor; got \["weight", a Tensor\]\./,
  );
  refuses(
    () => clipGradNorm(given(model), 1),
    DTypeError,
    /^clipGradNorm: params must be an array of tensors; got a Linear\./,
  );
  const takes = "{ lr: …, betas: …, eps: …, weightDecay: …, noDecay: … }";
  refuses(
    () => new Adam(model.parameters(), given(0.01)),
    OptionError,
    `Adam: options go in an object, ${takes}; got 0.01.`,
  );
  refuses(
    () => new AdamW(model.parameters(), given({ learningRate: 0.01 })),
    OptionError,
    "AdamW: there is no option learningRate; did you mean lr? It takes lr, betas, eps, weightDecay, noDecay.",
  );
  refuses(
    () => new SGD(model.parameters(), given({})),
    OptionError,
    "SGD: option lr is missing; it must be a finite number ≥ 0.",
  );
  refuses(
    () => new Muon(model.parameters(), given({ lr: "0.1" })),
    OptionError,
    'Muon: lr must be a finite number ≥ 0; got "0.1".',
  );
  refuses(() => cosineLr(given({ lr: 1, total: 9 })), OptionError, /no option total; did you mean totalSteps\?/);
});

test.run();
