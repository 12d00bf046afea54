// A shipped network, calibrated on synthetic digits: its checkpoint says what digits look like.

import { syntheticDigits } from "../../data/index.ts";
import { encodeCheckpoint } from "../../lib/index.ts";
import type { ExportableModel } from "../../models/export/index.ts";
import { calibrate, type ModelName, type readDigitLikeness, writeCheckpointMetadata } from "../../models/index.ts";
import { shippedModel } from "./shipped_model.ts";

export interface CalibratedModel extends ExportableModel {
  likeness: NonNullable<ReturnType<typeof readDigitLikeness>>;
  /** Its safetensors file. */
  file: Uint8Array<ArrayBuffer>;
}

export async function calibratedModel(name: ModelName): Promise<CalibratedModel> {
  const { network, metadata: shipped } = shippedModel(name);
  const [train, validation] = syntheticDigits({ count: 2400, seed: 3 }).split(1200, { seed: 1 });
  const { temperature, likeness } = (await calibrate(network, train, validation)) ?? { temperature: 1, likeness: null };
  if (!likeness) throw new Error("too few digits to calibrate with");
  const metadata = { ...shipped, temperature, digitLikeness: likeness.toText() };
  const file = encodeCheckpoint(network, writeCheckpointMetadata(metadata)).slice();
  return { name, network, metadata, likeness, file };
}
