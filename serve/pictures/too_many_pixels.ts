// What is answered where a picture has more pixels than are read, whatever its format.

import { Problem } from "../http/problem.ts";

export function tooManyPixels(name: string, pixels: number, maxPixels: number): Problem {
  const count = (value: number): string => value.toLocaleString("en-US");
  return new Problem(
    413,
    `${name} claims ${count(pixels)} pixels; at most ${count(maxPixels)} are read. Make it smaller: a digit needs 100 a side.`,
    { reason: "body_too_large" },
  );
}
