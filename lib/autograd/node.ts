// The tape: one node for each operation a gradient must flow back through.

import { enterScope, leaveScope, type Owned } from "../tensor/scope.ts";
import type { GraphNode, Tensor } from "../tensor/tensor.ts";

export class Node implements GraphNode {
  private static count = 0;
  readonly id = Node.count++;
  /** Set once the saved tensors are freed: `backward()` has gone through, or the node's scope has ended. */
  isSpent = false;
  owner: Set<Owned> | null = null;

  constructor(
    readonly op: string,
    /** The tensors among the arguments. They may be disposed of by now: only their identity counts. */
    readonly inputs: readonly Tensor[],
    readonly output: Tensor,
    /** Given ∂loss/∂output, ∂loss/∂input for each input, or null where none is needed. */
    readonly backward: (dy: Tensor<"f32">) => readonly (Tensor<"f32"> | null)[],
    /** What backward needs, held by references of its own, which outlive those of the user. */
    readonly saved: readonly Tensor[],
  ) {
    enterScope(this);
  }

  dependencies(): readonly Owned[] {
    return this.inputs.flatMap(({ node }) => node ?? []);
  }

  /** Frees what was saved. */
  dispose(): void {
    this.isSpent = true;
    leaveScope(this);
    for (const tensor of this.saved) tensor.dispose();
  }
}
