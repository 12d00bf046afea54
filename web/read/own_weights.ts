// Weights of one's own that the reader reads with instead of the shipped ones, kept on the device: they outlast a reload.

import { get, set } from "idb-keyval";
import type { ModelName } from "../../models/index.ts";
import type { OwnOrigin } from "./messages.ts";

export interface OwnWeights {
  readonly origin: OwnOrigin;
  /** The content of a safetensors file. */
  readonly weights: Uint8Array<ArrayBuffer>;
}

const ORIGINS: readonly OwnOrigin[] = ["taught", "trained", "opened"];

/** A page that may store nothing goes on without. @param own null: none any more */
export function keepOwnWeights(name: ModelName, own: OwnWeights | null): Promise<void> {
  return set(keyOf(name), own).catch(() => {});
}

export async function ownWeights(name: ModelName): Promise<OwnWeights | null> {
  return readOwnWeights(await get(keyOf(name)).catch(() => null));
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
