// What the stages of the CNN are called on the page, and what happens in them.

import type { FeatureMaps } from "../compute/feature_maps.ts";

export interface StageText {
  /** "Layer 1" */
  readonly title: string;
  /** What it computes, in a sentence. */
  readonly what: string;
  /** "Map", "Neuron" or "Digit": what there are several of. */
  readonly one: string;
}

/** @param index of the stage, from 0 @param stages how many there are */
export function stageText(
  { height, width, maps, isRectified, pooling }: FeatureMaps,
  index: number,
  stages: number,
): StageText {
  if (index === stages - 1) {
    return { title: "Scores", what: `${maps} logits, one for each digit: the largest is the answer`, one: "Digit" };
  }
  if (height === 1 && width === 1) {
    const rectified = isRectified ? ", none below 0" : "";
    return { title: "Hidden layer", what: `${maps} numbers${rectified}: what is left of the picture`, one: "Neuron" };
  }
  const pooled =
    pooling === "max" ? ", then the largest of each 2 × 2" : pooling === "mean" ? ", then each map’s mean" : "";
  return { title: `Layer ${index + 1}`, what: `${maps} maps of ${height} × ${width}${pooled}`, one: "Map" };
}
