// exportOnnx: a network for onnxruntime and its like.

import { MNIST_MEAN, MNIST_STD } from "../../data/mnist.ts";
import { encodeOnnx } from "../../lib/formats/onnx.ts";
import { weightsDigest } from "../../lib/formats/weights_digest.ts";
import { writeCheckpointMetadata } from "../checkpoint_metadata.ts";
import type { ExportableModel } from "./exportable_model.ts";

const DESCRIPTION =
  "Reads handwritten digits. images [N, 1, 28, 28]: gray pictures as MNIST has them, light digits on black, 28×28 with " +
  `the digit in the middle, each pixel of 0 to 255 as (pixel/255 − ${MNIST_MEAN})/${MNIST_STD}. logits [N, 10]: one for ` +
  "each digit from 0 to 9; the largest is the answer, softmax gives probabilities.";

/**
 * The network as an ONNX file, with its layers as they are, and in the metadata how pictures are prepared and where the
 * weights come from. The same weights and metadata give the same bytes.
 *
 * @throws {OptionError} a layer that ONNX files have no node for, by name
 * @example const bytes = exportOnnx({ name: "cnn", network, metadata });
 */
export function exportOnnx({ name, network, metadata }: ExportableModel): Uint8Array {
  return encodeOnnx(network, {
    inputShape: [28, 28, 1],
    name,
    description: DESCRIPTION,
    metadata: {
      ...writeCheckpointMetadata(metadata),
      preprocessing: "(pixel/255 - mean)/std",
      mean: String(MNIST_MEAN),
      std: String(MNIST_STD),
      classes: "0,1,2,3,4,5,6,7,8,9",
      weights_sha256: weightsDigest(network),
    },
  });
}
