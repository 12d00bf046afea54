// What an exported file says about its network: the constant `model` of the module.

import { weightsDigest } from "../../lib/formats/weights_digest.ts";
import { countParameters } from "../../lib/nn/count_parameters.ts";
import { VERSION } from "../../lib/runtime/version.ts";
import { writeCheckpointMetadata } from "../checkpoint_metadata.ts";
import { describeMeasuredOn } from "../measured_on.ts";
import { isModelName, networkOf } from "../table.ts";
import type { ExportableModel } from "./exportable_model.ts";

export interface ModelCard {
  name: string;
  /** As the table of networks has it: "a convolutional network"; of any other network "a neural network". */
  kind: string;
  parameters: number;
  /** Of `testedOn`; null where the checkpoint does not say. */
  testAccuracy: number | null;
  /** The pictures, as a person reads it: "MNIST's test images", "1,000 synthetic digits". */
  testedOn: string;
  /** As in `TrainedOn`: "MNIST", "MNIST's first 10,000"; null where the checkpoint does not say. */
  trainedOn: string | null;
  /** As `mnist evaluate` and run.json print it. */
  weightsSha256: string;
  /** The checkpoint's own metadata: data set, seed, epoch … */
  checkpoint: Readonly<Record<string, string>>;
  madeBy: string;
}

export function modelCard({ name, network, metadata }: ExportableModel): ModelCard {
  const checkpoint = writeCheckpointMetadata(metadata);
  return {
    name,
    kind: isModelName(name) ? networkOf(name).kind : "a neural network",
    parameters: countParameters(network),
    testAccuracy: metadata.testAccuracy,
    testedOn: describeMeasuredOn({ dataset: metadata.dataset, images: metadata.testImages }),
    trainedOn: metadata.trainedOn,
    weightsSha256: weightsDigest(network),
    checkpoint,
    madeBy: `simdgrad ${VERSION}`,
  };
}
