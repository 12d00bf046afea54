import { noGrad } from "../autograd/grad_mode.ts";
import { anything, below1, check, checkOptions, nonNegative } from "../base/check.ts";
import { OptionError } from "../base/errors.ts";
import { INSPECT } from "../base/inspect.ts";
import { add } from "../ops/add.ts";
import { mul } from "../ops/mul.ts";
import { reshape } from "../ops/reshape.ts";
import { zeros } from "../tensor/create.ts";
import { scope } from "../tensor/scope.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { viewOf } from "../tensor/view.ts";
import { ADAM_RULES, type AdamOptions, AdamW } from "./adam.ts";
import { checkAmong, checkGradient, checkList, checkParameters } from "./check_parameters.ts";
import { describeOptimizer } from "./describe_optimizer.ts";
import { loadTensors } from "./load_tensors.ts";
import { dropGradients, type Optimizer } from "./optimizer.ts";
import { orthogonalize } from "./orthogonalize.ts";
import { totalSize } from "./parameter_table.ts";

type Parameter = Tensor<"f32">;

export interface MuonOptions extends AdamOptions {
  /** What moves by Muon's steps: parameters of at least two dimensions. Default: all of those; better without a network's last. */
  matrices?: readonly Parameter[];
  /** How much of the momentum each step keeps, in [0, 1); default 0.95. */
  momentum?: number;
}

/** The length of a step that Adam's have, roughly, so that one learning rate serves both. */
const ADAM_RMS = 0.2;

/**
 * Momentum orthogonalised: a layer's step has no direction in which it is long and none in which it is short. For networks
 * with hidden layers.
 *
 *   m ← μ·m + g;  d = g + μ·m
 *   p ← p·(1 − lr·λ) − lr·0.2·√max(M, N)·o,  o [M, N] = d with all singular values about 1
 *
 * A filter [KH, KW, Cin, Cout] counts as a matrix [KH·KW·Cin, Cout]. Parameters not among `matrices` move by AdamW's steps, with the
 * same lr and λ. PyTorch's Muon with adjust_lr_fn "match_rms_adamw" takes the same steps, of matrices alone; its λ is 0.1 by default.
 *
 * State: `momentum`, and AdamW's of the others.
 *
 * @param options betas and eps are for the others; weightDecay by default 0.01, and noDecay are for all
 * @throws {DTypeError} params are no array of tensors
 * @throws {OptionError} an option outside its range or of another name, no parameters or one given twice, noDecay or matrices with a tensor that
 *   is not among them, or a matrix has fewer than two dimensions
 *
 * Cost: for each matrix 20·M·N·K + 10·K³ flops per step, K = min(M, N); the CNN's take as long as about a
 * quarter of the rest of its step on 64 images: `npm run bench -- --filter Muon`.
 * Source: Jordan et al. 2024, https://kellerjordan.github.io/posts/muon; the factor: Liu et al. 2025, arXiv:2502.16982.
 * @example
 *   const parameters = model.parameters();
 *   const hidden = parameters.filter(({ shape }) => shape.length > 1).slice(0, -1);
 *   new Muon(parameters, { lr: 5e-3, matrices: hidden });
 */
export class Muon implements Optimizer {
  /** @internal */
  readonly params: readonly Parameter[];
  private readonly matrices: readonly Parameter[];
  private readonly others: AdamW | null = null;
  private readonly noDecay: ReadonlySet<Parameter>;
  /** Of all matrices, one behind another, and a view of it for each, as a matrix. */
  private readonly momentumOfAll: Parameter;
  private readonly momenta: readonly Parameter[];
  private readonly momentum: number;
  private readonly weightDecay: number;
  private rate = 0;

  constructor(params: readonly Parameter[], options: MuonOptions = {}) {
    checkOptions("Muon", options, { ...ADAM_RULES, matrices: anything, momentum: below1 });
    checkList("Muon", params);
    const { matrices = params.filter(({ shape }) => shape.length > 1), momentum = 0.95, ...forOthers } = options;
    const { lr = 1e-3, weightDecay = 0.01, noDecay = [] } = forOthers;
    checkParameters("Muon", params, noDecay);
    checkMatrices(params, matrices);
    this.lr = lr;
    this.params = [...params];
    this.matrices = [...matrices];
    this.noDecay = new Set(noDecay);
    this.momentum = momentum;
    this.weightDecay = weightDecay;
    const others = params.filter((parameter) => !matrices.includes(parameter));
    if (others.length > 0) {
      this.others = new AdamW(others, { ...forOthers, noDecay: noDecay.filter((each) => others.includes(each)) });
    }
    this.momentumOfAll = zeros([totalSize(matrices)]).keep();
    let first = 0;
    this.momenta = matrices.map((matrix) => {
      const view = viewOf(this.momentumOfAll, asMatrix(matrix), first).keep();
      first += matrix.size;
      return view;
    });
  }

  get lr(): number {
    return this.rate;
  }

  /** @throws {OptionError} not a finite number ≥ 0 */
  set lr(value: number) {
    check("Muon", "lr", value, nonNegative);
    this.rate = value;
    if (this.others) this.others.lr = value;
  }

  step(): void {
    for (const parameter of this.params) checkGradient("Muon", parameter);
    noGrad(() =>
      scope(() => {
        // All is computed before anything moves: where memory runs out, nothing has.
        const moved = this.matrices.map((matrix, i) =>
          matrix.grad ? this.move(matrix, matrix.grad, this.momenta[i]) : [],
        );
        this.others?.step();
        moved.forEach(([m, p], i) => {
          if (!m) return;
          this.momenta[i].data.set(m.values);
          this.matrices[i].data.set(p.values);
        });
      }),
    );
  }

  /** @returns the momentum m and the matrix p after the step */
  private move(matrix: Parameter, grad: Parameter, momentumBefore: Parameter): Parameter[] {
    const { lr, momentum, weightDecay, noDecay } = this;
    const { shape } = momentumBefore;
    return scope(() => {
      const g = reshape(grad, shape);
      const m = add(mul(momentumBefore, momentum), g);
      const step = orthogonalize(add(g, mul(m, momentum)));
      const kept = noDecay.has(matrix) ? 1 : 1 - lr * weightDecay;
      const length = lr * ADAM_RMS * Math.sqrt(Math.max(...shape));
      return [m, add(mul(matrix, kept), mul(reshape(step, matrix.shape), -length))];
    });
  }

  /** Drops the gradients; the next `backward()` makes new ones. */
  zeroGrad(): void {
    dropGradients(this.params);
  }

  state(): Record<string, Tensor> {
    return { momentum: this.momentumOfAll, ...this.others?.state() };
  }

  /** @internal */
  [INSPECT](): string {
    return describeOptimizer("Muon", this.lr, this.params);
  }

  /** @throws {CheckpointError} a tensor is missing, unknown, or of another shape or dtype */
  loadState(state: Readonly<Record<string, Tensor>>): void {
    loadTensors("Muon", this.state(), state);
    const { momentum: _, ...ofOthers } = state;
    this.others?.loadState(ofOthers);
  }
}

/** [M, N]: the last axis, and all before it in one. */
function asMatrix({ shape, size }: Parameter): [number, number] {
  const last = shape[shape.length - 1];
  return [size / last, last];
}

function checkMatrices(params: readonly Parameter[], matrices: readonly Parameter[]): void {
  checkAmong("Muon", "matrices", matrices, params);
  if (new Set(matrices).size < matrices.length) {
    throw new OptionError("Muon: one of matrices is given twice, and would move twice a step; pass each once.");
  }
  const flat = matrices.find(({ shape }) => shape.length < 2);
  if (flat) {
    throw new OptionError(
      `Muon: matrices must have two dimensions or more; got one of ${flat.shape.length}. Leave it out, and AdamW moves it.`,
      { shape: flat.shape },
    );
  }
}
