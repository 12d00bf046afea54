import { formatShape, ShapeError } from "../base/errors.ts";
import { add } from "../ops/add.ts";
import { relu } from "../ops/relu.ts";
import { checkTensor } from "../tensor/check_tensor.ts";
import { sameShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkModule, Module } from "./module.ts";
import { type Tail, withRelu, withTail } from "./tail.ts";

/**
 * A residual block: y = main(x) + shortcut(x), where main(x) has the shape of x without a shortcut.
 *
 * @param main     what is added to the input
 * @param shortcut brings x to the shape of main(x), e.g. a 1×1 convolution with its stride; default: x as it is
 * @throws {OptionError} one that is no Module
 *
 * The parameters are called "main.…" and "shortcut.…". In `forward` a ShapeError tells that the two differ in shape: nothing
 * is repeated.
 * Source: He et al. 2015, arXiv:1512.03385.
 * @example
 *   new Sequential({
 *     block: new Residual(
 *       new Sequential({ conv1: new Conv2d(16, 32, 3, { padding: 1, stride: 2 }), relu: new ReLU(), conv2: … }),
 *       new Conv2d(16, 32, 1, { stride: 2 }),
 *     ),
 *     relu: new ReLU(),
 *   })
 */
export class Residual extends Module {
  constructor(
    readonly main: Module,
    readonly shortcut: Module | null = null,
  ) {
    super();
    checkModule("Residual", "main", main);
    if (shortcut !== null) checkModule("Residual", "shortcut", shortcut);
    withRelu.set(this, (x) =>
      this.forward === Residual.prototype.forward ? this.#sum(x, true) : relu(this.forward(x)),
    );
  }

  forward(x: Tensor): Tensor<"f32"> {
    return this.#sum(x, false);
  }

  /** y, or max(y, 0). */
  #sum(x: Tensor, isCut: boolean): Tensor<"f32"> {
    const s = (this.shortcut?.forward(x) ?? x) as Tensor<"f32">;
    const what = this.shortcut ? "shortcut(x)" : "x";
    checkTensor("Residual", what, s);
    const tail: Tail = { added: s, relu: isCut, isDone: false };
    // A Sequential's last pass may do the rest.
    const y = withTail.get(this.main)?.(x, tail) ?? this.main.forward(x);
    checkTensor("Residual", "main(x)", y);
    if (!sameShape(y.shape, s.shape)) {
      throw new ShapeError(
        `Residual: main(x) is ${formatShape(y.shape)}, ${what} is ${formatShape(s.shape)}; they must be equal. ` +
          "A 1×1 convolution with main's stride as the shortcut makes them so.",
        { main: y.shape, shortcut: s.shape },
      );
    }
    const sum = tail.isDone ? y : add(y, s);
    const result = isCut && !tail.isDone ? relu(sum) : sum;
    // What backward needs of them, it holds by itself.
    for (const part of new Set([y, s, sum])) if (part !== x && part !== result && !part.isKept) part.dispose();
    return result;
  }
}
