// Fixtures made by PyTorch (test/fixtures/*.py): JSON in which NaN and infinities are strings.

import { readFileSync } from "node:fs";

/** Every string that JavaScript reads as a number or that Python prints for NaN and infinity. */
const SPECIAL: Record<string, number> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
};

// biome-ignore lint/suspicious/noExplicitAny: each test knows the fields of its own fixture
export function torchCases(file: string): any[] {
  const text = readFileSync(new URL(`../fixtures/${file}`, import.meta.url), "utf8");
  return JSON.parse(text, (_, value) => (typeof value === "string" && value in SPECIAL ? SPECIAL[value] : value));
}
