// What an exported file says about its network: the constant `model` of the module.

import { weightsDigest } from "../../lib/formats/weights_digest.ts";
import { VERSION } from "../../lib/runtime/version.ts";
import { describeMeasuredOn, measuredOn } from "../measured_on.ts";
import type { ExportableModel } from "./exportable_model.ts";
import { kindOf } from "./kind_of.ts";

export interface ModelCard {
  name: string;
  /** In words: "a convolutional network". */
  kind: string;
  parameters: number;
  /** Of `testedOn`; null where the checkpoint does not say. */
  testAccuracy: number | null;
  /** The pictures, as a person reads it: "MNIST's test images", "1,000 synthetic digits". */
  testedOn: string;
  /** As `mnist evaluate` and run.json print it. */
  weightsSha256: string;
  /** The checkpoint's own metadata: data set, seed, epoch … */
  checkpoint: Readonly<Record<string, string>>;
  madeBy: string;
}

export function modelCard({ name, network, metadata }: ExportableModel): ModelCard {
  const accuracy = Number.parseFloat(metadata.test_accuracy ?? "");
  return {
    name,
    kind: kindOf(name),
    parameters: network.parameters().reduce((total, { size }) => total + size, 0),
    testAccuracy: accuracy >= 0 && accuracy <= 1 ? accuracy : null,
    testedOn: describeMeasuredOn(measuredOn(metadata)),
    weightsSha256: weightsDigest(network),
    checkpoint: metadata,
    madeBy: `simdgrad ${VERSION}`,
  };
}
