import type { Sequential, StoredTensor } from "../../lib/index.ts";
import type { Network } from "./networks.ts";

interface Trainee {
  model: Sequential;
  step(): void;
  losses(): number[];
  logits(): Float32Array;
}

export function trainee(
  simdgrad: typeof import("../../lib/index.ts"),
  network: Network,
  x: StoredTensor,
  batch: number,
  state: Readonly<Record<string, StoredTensor>> | null,
  hasDropout: boolean,
): Trainee;
