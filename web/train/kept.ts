// What the trainer keeps on the device, so that a reload, a crash or a tab that was put away costs nothing: the run under way,
// the digits that were given, and the network that was trained last. A page that may store nothing goes on without.

import { del, get, set } from "idb-keyval";
import type { EpochReport, TrainingState } from "../../lib/index.ts";
import type { StepPoint } from "../../lib/plot/index.ts";
import type { GivenDigits, OwnCard, RunCard, TrainOutcome } from "./messages.ts";
import type { ReadPictures } from "./own_pictures.ts";
import type { TrainSettings } from "./settings.ts";

export interface KeptRun {
  readonly settings: TrainSettings;
  readonly state: TrainingState;
  readonly losses: readonly StepPoint[];
}

/** Of files themselves; of pictures what they came to, since reading thousands of them takes its time. */
export type ReadDigits =
  | Extract<GivenDigits, { kind: "files" }>
  | { readonly kind: "pictures"; readonly pictures: ReadPictures };

export interface KeptDigits {
  readonly digits: ReadDigits;
  readonly card: OwnCard;
}

export interface KeptOutcome {
  readonly run: RunCard;
  readonly outcome: TrainOutcome;
  readonly epochs: readonly EpochReport[];
  readonly losses: readonly StepPoint[];
}

interface Kept {
  "training-run": KeptRun;
  "own-digits": KeptDigits;
  "trained-network": KeptOutcome;
}

/** @returns whether it could be kept */
export async function keep<Key extends keyof Kept>(key: Key, value: Kept[Key]): Promise<boolean> {
  try {
    await set(key, value);
    return true;
  } catch {
    return false;
  }
}

/** @returns undefined where nothing is kept, or nothing can be */
export async function kept<Key extends keyof Kept>(key: Key): Promise<Kept[Key] | undefined> {
  try {
    return await get<Kept[Key]>(key);
  } catch {
    return undefined;
  }
}

export async function forget(key: keyof Kept): Promise<void> {
  try {
    await del(key);
  } catch {
    // What could not be kept need not be forgotten.
  }
}
