// The tape: one node for each operation a gradient must flow back through.

import { enterScope, leaveScope, type Owned, type Scope } from "../tensor/scope.ts";
import type { SavedState } from "../tensor/storage.ts";
import type { GraphNode, Tensor } from "../tensor/tensor.ts";

type Gradient = Tensor<"f32"> | null;
/** Given ∂loss/∂output, ∂loss/∂input for each input, or null where none is needed; `sums` as BackwardContext has them. */
export type Backward = (dy: Tensor<"f32">, sums: readonly Gradient[]) => readonly Gradient[];

export class Node implements GraphNode {
  private static count = 0;
  readonly id = Node.count++;
  /** Who freed the saved tensors, once that is done. */
  freedBy: "backward" | "scope" | null = null;
  owner: Scope | null = null;
  private readonly states: readonly SavedState[];

  constructor(
    readonly op: string,
    /** The tensors among the arguments. They may be disposed of by now: only their identity counts. */
    readonly inputs: readonly Tensor[],
    readonly output: Tensor,
    readonly backward: Backward,
    /** What backward needs, held by separate references, which outlive the user's and belong to no scope but by this node. */
    readonly saved: readonly Tensor[],
  ) {
    this.states = saved.map((tensor) => tensor.save());
    enterScope(this);
  }

  /** The first of the saved tensors that something has written to since. */
  get changed(): Tensor | undefined {
    return this.saved.find((tensor, i) => !tensor.isAsSaved(this.states[i]));
  }

  escaped(): void {
    for (const tensor of this.saved) tensor.escaped();
  }

  dependencies(): readonly Owned[] {
    return this.inputs.flatMap(({ node }) => node ?? []);
  }

  /** What the end of its scope does. */
  dispose(): void {
    this.release("scope");
  }

  /** Frees what was saved. */
  release(by: "backward" | "scope"): void {
    if (this.freedBy) return;
    this.freedBy = by;
    leaveScope(this);
    for (const tensor of this.saved) tensor.dispose();
    for (const state of this.states) state.users--;
  }
}
