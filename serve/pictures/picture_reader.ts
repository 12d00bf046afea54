// PictureReader: a picture's file, as a client sent it, to what the networks read.

import type { PreprocessedDigit } from "../../data/index.ts";
import type { WorkLimits } from "../inference/work_limits.ts";

export interface PictureReader {
  /** Pictures that wait for their turn on the event loop. */
  readonly waiting: number;
  /**
   * @param name as messages call it
   * @throws {Problem} 415 neither PNG nor JPEG, 400 damaged, 413 too many pixels, 503 no room or its deadline passed
   */
  read(bytes: Uint8Array, name: string, limits: WorkLimits): Promise<PreprocessedDigit>;
  /** Ends what decodes elsewhere. */
  close(): Promise<void>;
}
