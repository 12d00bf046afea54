// Weights of one's own that the reader reads with instead of the shipped ones, kept on the device: they outlast a reload.

import type { ModelName } from "../../models/index.ts";
import { keepValue, keptValue } from "./kept_values.ts";
import type { OwnOrigin } from "./messages.ts";

export interface OwnWeights {
  readonly origin: OwnOrigin;
  /** The content of a safetensors file. */
  readonly weights: Uint8Array<ArrayBuffer>;
}

const ORIGINS: readonly OwnOrigin[] = ["taught", "trained", "opened"];

/** @param own null: none any more @returns whether that outlasts the page */
export function keepOwnWeights(name: ModelName, own: OwnWeights | null): Promise<boolean> {
  return keepValue(keyOf(name), own);
}

export async function ownWeights(name: ModelName): Promise<OwnWeights | null> {
  return readOwnWeights(await keptValue(keyOf(name)));
}

/** What was stored, by this version or another; null where it is no such thing. */
export function readOwnWeights(stored: unknown): OwnWeights | null {
  const { origin, weights }: { origin?: unknown; weights?: unknown } = Object(stored);
  const known = ORIGINS.find((each) => each === origin);
  return known && weights instanceof Uint8Array ? { origin: known, weights: weights as Uint8Array<ArrayBuffer> } : null;
}

function keyOf(name: ModelName): string {
  return `weights-${name}`;
}
