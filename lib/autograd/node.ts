// The tape: one node for each operation a gradient must flow back through.

import type { GraphNode, Tensor } from "../tensor/tensor.ts";

export class Node implements GraphNode {
  private static count = 0;
  readonly id = Node.count++;
  /** Set once `backward()` has gone through and the saved tensors are freed. */
  isSpent = false;

  constructor(
    readonly op: string,
    /** The tensors among the arguments. They may be disposed of by now: only their identity counts. */
    readonly inputs: readonly Tensor[],
    readonly output: Tensor,
    /** Given ∂loss/∂output, ∂loss/∂input for each input, or null where none is needed. */
    readonly backward: (dy: Tensor<"f32">) => readonly (Tensor<"f32"> | null)[],
    /** What backward needs, held by references of its own, which outlive those of the user. */
    readonly saved: readonly Tensor[],
  ) {}

  /** Frees what was saved. */
  release(): void {
    this.isSpent = true;
    for (const tensor of this.saved) tensor.dispose();
  }
}
