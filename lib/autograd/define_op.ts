// defineOp: makes a differentiable operation of a forward and a backward function.

import { callback, check, checkOptions, object, oneOf, required, string } from "../base/check.ts";
import { DTypeError } from "../base/errors.ts";
import { checkCopy } from "../tensor/check_copy.ts";
import { checkTensor, type TensorKind } from "../tensor/check_tensor.ts";
import { leaveScope, scope } from "../tensor/scope.ts";
import { Tensor } from "../tensor/tensor.ts";
import { viewOf } from "../tensor/view.ts";
import { isGradEnabled, noGrad } from "./grad_mode.ts";
import { type Backward, Node } from "./node.ts";

export interface ForwardContext {
  /** Whether this call is recorded, so that backward may follow. */
  readonly isRecording: boolean;
  /** Keeps tensors for backward, in order; does nothing when the call is not recorded. */
  save(...tensors: Tensor[]): void;
}

export interface BackwardContext<Args extends readonly unknown[]> {
  /** The arguments of the call, options and lists as they were then. Tensors' shapes hold; their data may be gone unless saved. */
  readonly args: Args;
  /** What forward saved. */
  // biome-ignore lint/suspicious/noExplicitAny: each op knows the dtypes it saved
  readonly saved: readonly Tensor<any>[];
  /** For each tensor among the arguments, in order: whether its gradient is wanted at all. */
  readonly needs: readonly boolean[];
  /** And what has come of it so far, if anything has: backward may add to it in place and return it, which saves a pass. */
  readonly sums: readonly (Tensor<"f32"> | null)[];
}

export interface OpDefinition<Args extends readonly unknown[]> {
  /**
   * The tensors that the arguments begin with, by name and dtype: "any" for each, "f32?" where null will do as well.
   * Default: one, x, f32. Other tensors among the arguments must be f32.
   */
  readonly inputs?: Readonly<Record<string, TensorKind>>;
  /**
   * Computes the output. Checks of shapes and options belong here. Nothing in it is recorded, and what else it makes is freed
   * behind it, but for what is saved or kept.
   */
  forward(context: ForwardContext, ...args: Args): Tensor;
  /**
   * Given dy = ∂loss/∂output: the gradients of the tensors among the arguments, in order, each of its tensor's shape; null for
   * those that are not needed or have none. May return dy itself. What else it makes is freed behind it.
   */
  backward(context: BackwardContext<Args>, dy: Tensor<"f32">): readonly (Tensor<"f32"> | null)[];
}

const KIND = /* @__PURE__ */ oneOf("f32", "i32", "u8", "any", "f32?", "i32?");

/**
 * Makes a differentiable operation of two functions. An operation that is made of others needs none: a plain function that
 * calls them is differentiable already. docs/custom-op.md says more.
 *
 * @param name as error messages say it
 * @returns the operation as a plain function of the forward arguments; it throws a {@link DTypeError}
 *   for what is no tensor where one belongs, and for a tensor of another dtype than declared
 * @example
 *   const leakyRelu = defineOp("leakyRelu", {
 *     forward({ save }, x: Tensor, slope: number) {
 *       const y = empty(x.shape);
 *       const [from, to] = [x.values, y.data];
 *       for (let i = 0; i < x.size; i++) to[i] = from[i] > 0 ? from[i] : slope * from[i];
 *       save(x);
 *       return y;
 *     },
 *     backward({ args: [, slope], saved: [x] }, dy) {
 *       const dx = empty(x.shape);
 *       const [at, from, to] = [x.values, dy.values, dx.data];
 *       for (let i = 0; i < x.size; i++) to[i] = at[i] > 0 ? from[i] : slope * from[i];
 *       return [dx]; // one for each tensor among the arguments: the slope is a number
 *     },
 *   });
 *
 *   const x = tensor([-2, 0.5, 3]);
 *   x.requiresGrad = true;
 *   gradcheck((input) => leakyRelu(input, 0.1), [x]); // throws where backward is not forward's
 */
export function defineOp<Args extends readonly unknown[], Result extends Tensor = Tensor<"f32">>(
  name: string,
  definition: OpDefinition<Args>,
): (...args: Args) => Result {
  check("defineOp", "name", name, string);
  checkOptions("defineOp", definition, { inputs: object, forward: required(callback), backward: required(callback) });
  const declared = Object.entries<TensorKind>(definition.inputs ?? { x: "f32" });
  for (const [input, kind] of declared) check("defineOp", `inputs.${input}`, kind, KIND);
  return (...args) => {
    declared.forEach(([input, kind], i) => {
      checkTensor(name, input, args[i], kind);
    });
    const inputs: Tensor[] = [];
    args.forEach((arg, i) => {
      if (arg instanceof Tensor) {
        if (i >= declared.length) checkTensor(name, `argument ${i + 1}`, arg);
        inputs.push(arg);
      } else if (Array.isArray(arg)) {
        if (arg.some((item) => item instanceof Tensor && item.requiresGrad)) {
          throw new DTypeError(
            `${name}: argument ${i + 1} is a list of tensors; give each as an argument, for its gradient.`,
          );
        }
      } else if (typeof arg === "object" && arg !== null) checkCopy(name, `argument ${i + 1}`, arg);
    });
    const isRecording = isGradEnabled() && inputs.some((input) => input.requiresGrad);
    const saved: Tensor[] = [];
    const save = (...tensors: Tensor[]): void => {
      // Its own references: the caller may dispose of its tensors before backward comes.
      if (!isRecording) return;
      for (const tensor of tensors) {
        const own = viewOf(tensor, tensor.shape);
        leaveScope(own);
        saved.push(own);
      }
    };
    let output: Tensor;
    try {
      output = scope(() => noGrad(() => definition.forward({ isRecording, save }, ...args)));
      checkTensor(name, "what forward returns", output, "any");
      // A tensor that was there before keeps its own history.
      if (inputs.includes(output) || output.requiresGrad) output = viewOf(output, output.shape);
    } catch (error) {
      for (const tensor of saved) tensor.dispose();
      throw error;
    }
    if (isRecording && output.dtype !== "f32") {
      // Integers have no gradient, and so nothing flows back.
      for (const tensor of saved) tensor.dispose();
    } else if (isRecording) {
      const needs = inputs.map((input) => input.requiresGrad);
      const then = args.map(asItIs) as unknown as Args;
      const backward: Backward = (dy, sums) => definition.backward({ args: then, saved, needs, sums }, dy);
      output.requiresGrad = true;
      output.node = new Node(name, inputs, output, backward, saved);
    }
    return output as Result;
  };
}

/** Options and lists are the caller's, who may change them before backward comes. */
function asItIs(arg: unknown): unknown {
  if (Array.isArray(arg)) return [...arg];
  if ((arg as object | null | undefined)?.constructor !== Object) return arg;
  const copy: Record<string, unknown> = { ...(arg as object) };
  for (const name in copy) if (Array.isArray(copy[name])) copy[name] = [...(copy[name] as unknown[])];
  return copy;
}
