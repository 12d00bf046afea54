import { below1, checkOptions, required } from "../base/check.ts";
import { OptionError } from "../base/errors.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { empty, zeros } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { viewOf } from "../tensor/view.ts";
import { checkList } from "./check_parameters.ts";
import { loadTensors } from "./load_tensors.ts";
import { totalSize, valueTable } from "./parameter_table.ts";

/**
 * An exponential moving average of a model's weights, which is often better than the weights of any one step:
 *
 *   m ← m + (1 − d)·(p − m),  d = min(decay, (1 + t)/(10 + t)) at the t-th update
 *
 * The smaller d of the first updates lets the mean forget the initial weights. What belongs to the weights but is
 * not trained, such as BatchNorm's running statistics, does not follow: `recalibrate` recomputes it.
 *
 * State: `updates`, and `mean0`, `mean1` … in the order of the parameters.
 *
 * @param params what to follow; the means start as copies
 * @param options.decay how much of the mean each update keeps, in [0, 1)
 * @throws {DTypeError} params are no array of tensors
 * @throws {OptionError} a decay outside its range, an option of another name, or a parameter given twice
 *
 * Source: Polyak & Juditsky 1992; the start as in TensorFlow's ExponentialMovingAverage.
 * @example
 *   const ema = new Ema(model.parameters(), { decay: 0.999 });
 *   for (…) { optimizer.step(); ema.update(); }
 *   ema.swap(); // the model now holds the means
 */
export class Ema {
  private readonly params: readonly Tensor<"f32">[];
  /** The means of all parameters, one behind another, and a view of it for each. */
  private readonly all: Tensor<"f32">;
  private readonly means: readonly Tensor<"f32">[];
  private readonly updates = zeros([], "i32").keep();
  private readonly decay: number;

  constructor(params: readonly Tensor<"f32">[], options: { decay: number }) {
    checkList("Ema", params);
    checkOptions("Ema", options, { decay: required(below1) });
    if (new Set(params).size < params.length) {
      throw new OptionError("Ema: a parameter is given twice, and swap() would not put it back; pass each once.");
    }
    this.params = [...params];
    this.decay = options.decay;
    this.all = empty([totalSize(params)]).keep();
    let first = 0;
    this.means = params.map(({ values, shape, size }) => {
      const mean = viewOf(this.all, shape, first).keep();
      mean.data.set(values);
      first += size;
      return mean;
    });
  }

  /** Takes in the parameters as they are now: after each step of the optimizer. */
  update(): void {
    const table = valueTable(this.params); // before anything changes: memory may run out
    const t = ++this.updates.data[0];
    const share = 1 - Math.min(this.decay, (1 + t) / (10 + t));
    parallelFor("ema_f32", this.all.size, this.all, table, table.shape[0], share);
    table.dispose();
    this.all.markWritten();
  }

  /** Exchanges parameters and means; a second call puts them back. */
  swap(): void {
    this.params.forEach(({ data }, i) => {
      const kept = data.slice();
      data.set(this.means[i].values);
      this.means[i].data.set(kept);
    });
  }

  /** Everything that a resumed run needs: live tensors, not copies. */
  state(): Record<string, Tensor> {
    return { updates: this.updates, ...Object.fromEntries(this.means.map((mean, i) => [`mean${i}`, mean])) };
  }

  /**
   * Takes over what `state()` gave, by copying it.
   *
   * @throws {CheckpointError} a tensor is missing, unknown, or of another shape or dtype
   */
  loadState(state: Readonly<Record<string, Tensor>>): void {
    loadTensors("Ema", this.state(), state);
  }
}
