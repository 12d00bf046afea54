// What an exported file says about its network: the constant `model` of the module.

import type { LoadedModel } from "../checkpoints/checkpoints.ts";
import { describeMeasuredOn, measuredOn } from "../load/measured_on.ts";
import { packageVersion } from "../load/package_root.ts";
import { weightsDigest } from "../load/weights_digest.ts";

export interface ModelCard {
  name: string;
  parameters: number;
  /** Of `testedOn`; null where the checkpoint does not say. */
  testAccuracy: number | null;
  /** The pictures, as a person reads it: "MNIST's test images", "1,000 synthetic digits". */
  testedOn: string;
  /** As `mnist evaluate` and run.json print it. */
  weightsSha256: string;
  /** The checkpoint's own metadata: data set, seed, epoch … */
  checkpoint: Record<string, string>;
  madeBy: string;
}

export function modelCard({ name, network, metadata }: LoadedModel): ModelCard {
  const accuracy = Number.parseFloat(metadata.test_accuracy ?? "");
  return {
    name,
    parameters: network.parameters().reduce((total, { size }) => total + size, 0),
    testAccuracy: accuracy >= 0 && accuracy <= 1 ? accuracy : null,
    testedOn: describeMeasuredOn(measuredOn(metadata)),
    weightsSha256: weightsDigest(network),
    checkpoint: metadata,
    madeBy: `simdgrad ${packageVersion()}`,
  };
}
