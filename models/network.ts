// What a row of the table of networks (table.ts) says: all that the rest of the program knows of a network.

import type { Sequential } from "../lib/index.ts";
import type { Preset, PresetSettings } from "./recipe.ts";

export interface Network {
  /** What it is, in a sentence: "a convolutional network". */
  kind: string;
  /** What it is called in a comparison: "the CNN". */
  label: string;
  /**
   * From normalised images [N, 28, 28, 1] to logits [N, 10].
   *
   * @param options.seed    of the initial values and the dropout masks
   * @param options.dropout the first rate, where it has dropout layers
   */
  build(options?: { seed?: number; dropout?: number }): Sequential;
  presets: Readonly<Record<Preset, PresetSettings>>;
  /** Whether trained weights ship with the package, as models/pretrained/NAME.safetensors. */
  isShipped: boolean;
  /** Whether a training step takes longer than sharing it among threads does. */
  isWorthThreads: boolean;
}
