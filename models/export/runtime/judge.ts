// Whether a picture shows a digit at all: the code that an exported module has where its checkpoint says what digits look like.

import { distanceOf, featuresFrom, judgementOf, type LikenessJudgement, valuesIn } from "../../likeness_distance.ts";

export interface Judgement extends LikenessJudgement {
  /** How far from digits the picture lies. */
  readonly distance: number;
  /** What lies beyond it is none. */
  readonly threshold: number;
}

let values: Float32Array | null | undefined;

/** @param text of a DigitLikeness @returns null where it is none */
export function judge(text: string, pixels: ArrayLike<number>, logits: readonly number[]): Judgement | null {
  if (values === undefined) values = valuesIn(text);
  if (values === null) return null;
  const distance = distanceOf(values, featuresFrom(pixels, logits));
  const [threshold] = values;
  return { ...judgementOf(distance, threshold, logits), distance, threshold };
}
