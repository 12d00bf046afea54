// A parameter driven through the gradients of the PyTorch fixture.

import type { Optimizer } from "../../lib/optim/optimizer.ts";
import { tensor } from "../../lib/tensor/create.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import fixture from "../fixtures/optim.json" with { type: "json" };
import { expectClose } from "./expect_close.ts";

type Make = (params: Tensor<"f32">[], options: never) => Optimizer;

/** The options under our names. */
const NAMES: Record<string, string> = { weight_decay: "weightDecay" };

/** Every case of this name: the parameter after each step is PyTorch's, to a few roundings. */
export function followsPyTorch(name: string, make: Make): void {
  const cases = fixture.cases.filter((each) => each.name === name);
  if (cases.length < 2) throw new Error(`the fixture holds ${cases.length} cases of ${name}`);
  for (const { options, path } of cases) {
    const renamed = Object.fromEntries(Object.entries(options).map(([key, value]) => [NAMES[key] ?? key, value]));
    const parameter = tensor(fixture.start);
    const optimizer = make([parameter], renamed as never);
    fixture.gradients.forEach((gradient, step) => {
      parameter.grad = tensor(gradient);
      optimizer.step();
      optimizer.zeroGrad();
      expectClose(parameter.data, path[step], 2e-6, `${name} ${JSON.stringify(options)}, step ${step}`);
    });
  }
}

/** Stopped after `at` steps and resumed by another optimizer from the state, the bits are the same. */
export function resumesExactly(make: (params: Tensor<"f32">[]) => Optimizer, at = 3): void {
  const run = (resumeAt: number): number[] => {
    const parameters = [tensor(fixture.start), tensor(fixture.start.slice(1))];
    let optimizer = make(parameters);
    fixture.gradients.forEach((gradient, step) => {
      if (step === resumeAt) {
        const resumed = make(parameters);
        resumed.loadState(optimizer.state());
        optimizer = resumed;
      }
      parameters[0].grad = tensor(gradient);
      parameters[1].grad = tensor(gradient.slice(1));
      optimizer.step();
    });
    return parameters.flatMap((parameter) => [...parameter.data]);
  };
  expectClose(run(at), run(-1), 0, `resumed at step ${at}`);
}
