// PictureReader: a picture's file, as a client sent it, to what the networks read.

import type { DigitsReading, PreprocessedDigit } from "../../data/index.ts";
import type { WorkLimits } from "../inference/work_limits.ts";

/** What may be wanted of a picture. */
export interface PictureContent {
  /** The one that it shows. */
  digit: PreprocessedDigit;
  /** All of them, by the ways to read it. */
  digits: readonly DigitsReading[];
}

export interface PictureReader {
  /** Pictures that wait for their turn on the event loop. */
  readonly waiting: number;
  /**
   * @param name as messages call it
   * @param want default the one digit
   * @throws {Problem} 415 neither PNG nor JPEG, 400 damaged, 413 too many pixels, 503 no room or its deadline passed
   */
  read<Want extends keyof PictureContent = "digit">(
    bytes: Uint8Array,
    name: string,
    limits: WorkLimits,
    want?: Want,
  ): Promise<PictureContent[Want]>;
  /** Ends what decodes elsewhere. */
  close(): Promise<void>;
}
