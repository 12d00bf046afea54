import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CheckpointError, OptionError, ShapeError } from "../../lib/base/errors.ts";
import { AdamW } from "../../lib/optim/adam.ts";
import { Muon, type MuonOptions } from "../../lib/optim/muon.ts";
import { orthogonalize } from "../../lib/optim/orthogonalize.ts";
import { setThreads } from "../../lib/runtime/threads.ts";
import { type Array64, array64, type Operand64, uniform64 } from "../../lib/selftest/array64.ts";
import { muonStep64, orthogonal64, orthogonalTolerance } from "../../lib/selftest/optim64.ts";
import { tensor } from "../../lib/tensor/create.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { expectClose } from "../support/expect_close.ts";
import { leaks } from "../support/leaks.ts";

const test = suite("Muon");

type Matrix = readonly (readonly number[])[];

const rowsOf = (values: ArrayLike<number>, columns: number): Matrix =>
  Array.from({ length: values.length / columns }, (_, i) => Array.from(values).slice(i * columns, (i + 1) * columns));
const turn = (a: Matrix): Matrix => a[0].map((_, j) => a.map((row) => row[j]));
const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0].map((_, j) => row.reduce((sum, value, p) => sum + value * b[p][j], 0)));
for (const [m, n] of [
  [1, 1],
  [3, 5],
  [5, 3],
  [16, 16],
  [17, 33],
  [70, 31],
  [288, 64],
]) {
  test(`[${m}, ${n}] orthogonalised is what the naive iteration finds`, () => {
    const x = uniform64([m, n], m + n);
    const y = orthogonalize(tensor(x.data, [m, n]));
    assert.equal(y.shape, [m, n]);
    expectClose(y.data, orthogonal64(x).data, orthogonalTolerance(m, n));
  });
}

test("singular values from 1 to a hundredth of the norm come to 0.68 … 1.13, and the vectors stay", () => {
  // A rotation of a diagonal matrix, so that what comes out, rotated back, is diagonal again.
  const [cos, sin] = [Math.cos(0.7), Math.sin(0.7)];
  const turned = [[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]]; // biome-ignore format: a matrix
  for (const singular of [
    [1, 0.5, 0.1],
    [1, 1, 1],
    [1, 0.02, 0.05],
    [0.3, 0.01, 1],
  ]) {
    const diagonal = singular.map((value, i) => singular.map((_, j) => (i === j ? value : 0)));
    const y = orthogonalize(tensor(product(turned, diagonal).flat(), [3, 3]));
    product(turn(turned), rowsOf(y.data, 3)).forEach((row, i) => {
      row.forEach((value, j) => {
        if (i !== j) assert.ok(Math.abs(value) <= orthogonalTolerance(3, 3), `${i}, ${j} of ${singular}: ${value}`);
        else assert.ok(value > 0.68 && value < 1.13, `${i} of ${singular}: ${value}`);
      });
    });
  }
});

test("zeros stay zeros, and what is scaled gives the same", () => {
  assert.equal([...orthogonalize(tensor(new Float64Array(6), [2, 3])).data], [0, 0, 0, 0, 0, 0]);
  const values = uniform64([4, 6], 1).data;
  const of = (factor: number) =>
    orthogonalize(
      tensor(
        values.map((value) => value * factor),
        [4, 6],
      ),
    ).data;
  // Twice a power of two, the norm's square root is exact as well.
  assert.equal([...of(1024)], [...of(1)]);
  expectClose(of(1e-3), of(1), orthogonalTolerance(4, 6));
});

/** A tall matrix of more rows than one copy of B pays for, a wide one, and others. */
const SHAPES = [[3, 3, 5, 4], [4], [6, 35], [5, 2]];

/** A network's parameters, which are not all matrices. */
function parametersOf(): Tensor<"f32">[] {
  return SHAPES.map((shape, i) => tensor(uniform64(shape, i + 1).data, shape));
}

function give(parameters: readonly Tensor<"f32">[], step: number): void {
  parameters.forEach((parameter, i) => {
    parameter.grad = tensor(uniform64(SHAPES[i], 10 * step + i).data, SHAPES[i]);
  });
}

function run(options: MuonOptions, steps: number): Tensor<"f32">[] {
  const parameters = parametersOf();
  const optimizer = new Muon(parameters, { ...options, matrices: [parameters[0], parameters[2]] });
  for (let step = 1; step <= steps; step++) {
    give(parameters, step);
    optimizer.step();
    optimizer.zeroGrad();
  }
  return parameters;
}

test("matrices take the steps of the definition in f64, and a filter is one of KH·KW·Cin rows", () => {
  const [lr, momentum, weightDecay, steps] = [0.1, 0.8, 0.3, 4];
  const moved = run({ lr, momentum, weightDecay }, steps);
  for (const i of [0, 2]) {
    const columns = SHAPES[i][SHAPES[i].length - 1];
    const asMatrix = ({ data }: Array64): Operand64 => ({ shape: [data.length / columns, columns], data });
    const start = asMatrix(uniform64(SHAPES[i], i + 1));
    let state: Record<"p" | "m", Operand64> = { p: start, m: array64(start.shape) };
    const length = 0.2 * Math.sqrt(Math.max(...start.shape));
    for (let step = 1; step <= steps; step++) {
      const gradient = asMatrix(uniform64(SHAPES[i], 10 * step + i));
      state = muonStep64(state, gradient, { lr, momentum, weightDecay });
    }
    expectClose(
      moved[i].data,
      state.p.data,
      steps * lr * length * orthogonalTolerance(start.shape[0], columns) * 2 + 1e-6,
      `parameter ${i}`,
    );
  }
});

test("the others take AdamW's steps", () => {
  const options = { lr: 0.1, weightDecay: 0.3, betas: [0.8, 0.95] as const, eps: 1e-6 };
  const moved = run(options, 3);
  const parameters = parametersOf();
  const others = [parameters[1], parameters[3]];
  const adamW = new AdamW(others, options);
  for (let step = 1; step <= 3; step++) {
    give(parameters, step);
    adamW.step();
  }
  assert.equal(
    [[...moved[1].data], [...moved[3].data]],
    others.map(({ data }) => [...data]),
  );
});

test("by default all of two dimensions and more are matrices", () => {
  const [byDefault, named] = [undefined, [0, 2, 3]].map((which) => {
    const parameters = parametersOf();
    const optimizer = new Muon(parameters, { lr: 0.1, ...(which && { matrices: which.map((i) => parameters[i]) }) });
    give(parameters, 1);
    optimizer.step();
    return parameters.map(({ data }) => [...data]);
  });
  assert.equal(byDefault, named);
});

test("weight decay leaves the parameters of noDecay alone, and only those", () => {
  const after = (weightDecay: number, spared: readonly number[]) => {
    const parameters = parametersOf();
    const noDecay = spared.map((i) => parameters[i]);
    const optimizer = new Muon(parameters, { lr: 0.1, weightDecay, noDecay, matrices: parameters.slice(2, 3) });
    give(parameters, 1);
    optimizer.step();
    return parameters.map(({ data }) => [...data]);
  };
  const [decayed, without] = [after(0.5, []), after(0, [])];
  decayed.forEach((values, i) => {
    assert.not.equal(values, without[i]);
  });
  assert.equal(after(0.5, [1, 2]), [decayed[0], without[1], without[2], decayed[3]]);
});

test("a parameter without a gradient stays where it is, and so does its momentum", () => {
  const parameters = parametersOf();
  const optimizer = new Muon(parameters, { lr: 0.1 });
  give(parameters, 1);
  optimizer.step();
  const momentum = () => [...optimizer.state().momentum.data].slice(180, 180 + 210);
  const before = [[...parameters[2].data], momentum()];
  give(parameters, 2);
  parameters[2].grad = null;
  optimizer.step();
  assert.equal([[...parameters[2].data], momentum()], before);
  assert.ok(momentum().every(Boolean));
});

test("the state resumes a run to the bit", () => {
  const whole = run({ lr: 0.1 }, 5);
  const parameters = parametersOf();
  const make = () => new Muon(parameters, { lr: 0.1, matrices: [parameters[0], parameters[2]] });
  let optimizer = make();
  for (let step = 1; step <= 5; step++) {
    if (step === 3) {
      const resumed = make();
      resumed.loadState(optimizer.state());
      optimizer = resumed;
    }
    give(parameters, step);
    optimizer.step();
  }
  assert.equal(
    parameters.map(({ data }) => [...data]),
    whole.map(({ data }) => [...data]),
  );
});

test("a state that is not its own is refused before anything is taken over", () => {
  const optimizer = new Muon(parametersOf(), { lr: 0.1 });
  const { momentum, ...others } = optimizer.state();
  for (const state of [others, { momentum }, { momentum, ...others, x: momentum }]) {
    assert.throws(
      () => optimizer.loadState(state),
      (error: unknown) => error instanceof CheckpointError,
    );
  }
});

test("threads change no bit", async () => {
  const alone = run({ lr: 0.1 }, 3).map(({ data }) => [...data]);
  assert.is(await setThreads(2), 2);
  const together = run({ lr: 0.1 }, 3).map(({ data }) => [...data]);
  await setThreads(1);
  assert.equal(together, alone);
});

test("steps leave nothing behind in memory", () => {
  const parameters = parametersOf();
  const optimizer = new Muon(parameters, { lr: 0.1 });
  const used = leaks(() => {
    give(parameters, 1);
    optimizer.step();
    optimizer.zeroGrad();
  });
  assert.is(used, 0);
});

test("networks of matrices alone, and of none, train too", () => {
  for (const shape of [[3, 4], [5]]) {
    const parameter = tensor(uniform64(shape, 1).data, shape);
    const optimizer = new Muon([parameter], { lr: 0.1 });
    const before = [...parameter.data];
    parameter.grad = tensor(uniform64(shape, 2).data, shape);
    optimizer.step();
    optimizer.loadState(optimizer.state());
    assert.not.equal([...parameter.data], before);
  }
});

test("what cannot be is refused, under its own name", () => {
  const parameters = parametersOf();
  const refused: [() => unknown, RegExp][] = [
    [() => new Muon([]), /^Muon: there are no parameters/],
    [() => new Muon([...parameters, parameters[0]]), /^Muon: a parameter is given twice/],
    [() => new Muon(parameters, { matrices: [parameters[0], parameters[0]] }), /^Muon: one of matrices is given twice/],
    [() => new Muon(parameters, { matrices: [tensor([[1]])] }), /^Muon: matrices holds a tensor that is not among/],
    [() => new Muon(parameters, { noDecay: [tensor([1])] }), /^Muon: noDecay holds a tensor that is not among/],
    [
      () => new Muon(parameters, { matrices: [parameters[1]] }),
      /^Muon: matrices must have two dimensions or more; got one of 1\./,
    ],
    [() => new Muon(parameters, { momentum: 1 }), /^Muon: momentum must be in \[0, 1\); got 1/],
    [() => new Muon(parameters, { weightDecay: -1 }), /^Muon: weightDecay/],
    [() => new Muon(parameters, { betas: [0.9, 1] }), /^Muon: betas must be two numbers in \[0, 1\); got \[0\.9, 1\]/],
    [() => new Muon([parameters[0]], { eps: -1 }), /^Muon: eps/],
    [() => new Muon(parameters, { lr: Number.NaN }), /^Muon: lr must be a finite number ≥ 0; got NaN/],
    [() => new Muon(parameters.slice(0, 1), { lr: -1 }), /^Muon: lr/],
  ];
  for (const [make, pattern] of refused) {
    assert.throws(make, (error: unknown) => error instanceof OptionError && pattern.test(error.message));
  }
});

test("a gradient that does not fit is refused before anything moves", () => {
  for (const i of [1, 2]) {
    const parameters = parametersOf();
    const optimizer = new Muon(parameters, { lr: 0.1 });
    give(parameters, 1);
    parameters[i].grad = tensor([1, 2]);
    assert.throws(
      () => optimizer.step(),
      (error: unknown) =>
        error instanceof ShapeError && /^Muon: a parameter is \[.*\] but its gradient \[2\]/.test(error.message),
    );
    assert.equal(parameters.map(({ data }) => [...data]), parametersOf().map(({ data }) => [...data])); // biome-ignore format: one line
    assert.not.ok([...optimizer.state().momentum.data].some(Boolean));
  }
});

test.run();
