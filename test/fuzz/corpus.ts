// The corpus: inputs that once showed a fault, or that stand for a kind, and what must come of them.
//
//   test/corpus/TARGET/NAME.input       the bytes
//   test/corpus/TARGET/expected.json    {"NAME": "DataError", "OTHER": "accepted: 1 × 1, CRC 0"}

import { readdirSync, readFileSync } from "node:fs";
import { judge } from "./judge.ts";
import type { FuzzTarget } from "./target.ts";

const FOLDER = new URL("../corpus/", import.meta.url);

/** What is not as it should be, a line each. */
export async function corpusFaults(target: FuzzTarget): Promise<string[]> {
  const folder = new URL(`${target.name}/`, FOLDER);
  const expected = JSON.parse(readFileSync(new URL("expected.json", folder), "utf8")) as Record<string, string>;
  const names = readdirSync(folder)
    .filter((file) => file.endsWith(".input"))
    .map((file) => file.replace(/\.input$/, ""));
  const faults = Object.keys(expected)
    .filter((name) => !names.includes(name))
    .map((name) => `${name}.input is missing`);
  for (const name of names) {
    const input = new Uint8Array(readFileSync(new URL(`${name}.input`, folder)));
    const { record, finding } = await judge(target, input);
    if (record !== expected[name]) faults.push(`${name}: ${finding ?? record}; expected ${expected[name]}`);
  }
  return faults;
}
