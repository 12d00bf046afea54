// A JPEG file to its pixels.

import { decodeJpeg } from "../../data/index.node.ts";
import { DataError, type Picture } from "../../lib/index.ts";
import { Problem } from "../http/problem.ts";
import { tooManyPixels } from "./too_many_pixels.ts";

/**
 * @throws {Problem} 400 damaged; 413 too many pixels, or too many scans over them; 415 of a kind that is not read: CMYK, 12 bits,
 *   arithmetic coding
 */
export function readJpeg(bytes: Uint8Array, name: string, maxPixels: number): Picture {
  try {
    return decodeJpeg(bytes, name, { maxPixels });
  } catch (error) {
    if (error instanceof DataError) throw problemOf(error, name, maxPixels);
    throw error;
  }
}

function problemOf({ problem, details }: DataError, name: string, maxPixels: number): Problem {
  const { fault, pixels } = details;
  if (fault === "too_many_pixels") return tooManyPixels(name, Number(pixels), maxPixels);
  if (fault === "too_costly") return new Problem(413, problem, { reason: "body_too_large" });
  if (fault === "unsupported") return new Problem(415, problem, { reason: "unsupported_media" });
  return new Problem(400, problem, { reason: "bad_request" });
}
