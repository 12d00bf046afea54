// defineOp: makes a differentiable operation of a forward and a backward function.

import { checkCopy } from "../tensor/check_copy.ts";
import { checkTensor, type TensorKind } from "../tensor/check_tensor.ts";
import { Tensor } from "../tensor/tensor.ts";
import { viewOf } from "../tensor/view.ts";
import { isGradEnabled } from "./grad_mode.ts";
import { Node } from "./node.ts";

export interface ForwardContext {
  /** Whether this call is recorded, so that backward may follow. */
  readonly isRecording: boolean;
  /** Keeps tensors for backward, in order; does nothing when the call is not recorded. */
  save(...tensors: Tensor[]): void;
}

export interface BackwardContext<Args extends readonly unknown[]> {
  /** The arguments of the call. Their shapes hold; their data may be gone unless saved. */
  readonly args: Args;
  /** What forward saved. */
  // biome-ignore lint/suspicious/noExplicitAny: each op knows the dtypes it saved
  readonly saved: readonly Tensor<any>[];
  /** For each tensor among the arguments, in order: whether its gradient is wanted at all. */
  readonly needs: readonly boolean[];
}

export interface OpDefinition<Args extends readonly unknown[]> {
  /**
   * The tensors that the arguments begin with, by name and dtype: "any" for each, "f32?" where null will do as well.
   * Default: one, x, f32. Other tensors among the arguments must be f32.
   */
  readonly inputs?: Readonly<Record<string, TensorKind>>;
  /** Computes the output: a new tensor. Checks of shapes and options belong here. */
  forward(context: ForwardContext, ...args: Args): Tensor;
  /**
   * The gradients of the tensors among the arguments, in order; null for those not needed. May return
   * dy itself. Everything else it makes it must dispose of.
   */
  backward(context: BackwardContext<Args>, dy: Tensor<"f32">): readonly (Tensor<"f32"> | null)[];
}

/**
 * @param name as error messages say it
 * @returns the operation as a plain function of the forward arguments; it throws a {@link DTypeError}
 *   for what is no tensor where one belongs, and for a tensor of another dtype than declared
 * @example
 *   const double = defineOp("double", {
 *     forward: (_, x: Tensor) => mul(x, 2),
 *     backward: (_, dy) => [mul(dy, 2)],
 *   });
 */
export function defineOp<Args extends readonly unknown[], Result extends Tensor = Tensor<"f32">>(
  name: string,
  definition: OpDefinition<Args>,
): (...args: Args) => Result {
  const declared = Object.entries<TensorKind>(definition.inputs ?? { x: "f32" });
  return (...args) => {
    declared.forEach(([input, kind], i) => {
      checkTensor(name, input, args[i], kind);
    });
    const inputs: Tensor[] = [];
    args.forEach((arg, i) => {
      if (!(arg instanceof Tensor)) {
        checkCopy(name, `argument ${i + 1}`, arg);
        return;
      }
      if (i >= declared.length) checkTensor(name, `argument ${i + 1}`, arg);
      inputs.push(arg);
    });
    const isRecording = isGradEnabled() && inputs.some((input) => input.requiresGrad);
    const saved: Tensor[] = [];
    const save = (...tensors: Tensor[]): void => {
      // References of its own: the caller may dispose of its tensors before backward comes.
      if (isRecording) for (const tensor of tensors) saved.push(viewOf(tensor, tensor.shape).keep());
    };
    let output: Tensor;
    try {
      output = definition.forward({ isRecording, save }, ...args);
    } catch (error) {
      for (const tensor of saved) tensor.dispose();
      throw error;
    }
    if (isRecording) {
      const needs = inputs.map((input) => input.requiresGrad);
      const backward = (dy: Tensor<"f32">) => definition.backward({ args, saved, needs }, dy);
      output.requiresGrad = true;
      output.node = new Node(name, inputs, output, backward, saved);
    }
    return output as Result;
  };
}
