// What a program turns on in its host before its first operation; the library does so by itself nowhere.

import { enableRelaxedSimd, enableWideSimd } from "../../data/index.node.ts";

/**
 * Loads the fastest kernels that there are here.
 *
 * @param isWide whether wide ones may be among them
 * @returns null where these are used; else why not
 */
export async function useFastKernels(isWide: boolean): Promise<string | null> {
  enableRelaxedSimd();
  return isWide ? await enableWideSimd() : "--no-wide was given";
}
