// Writes what comes of each input of test/corpus/ into its expected.json: run it when an input is added, and read the diff.
//
//   node --import tsx test/fuzz/record_corpus.ts [targets]

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { judge } from "./judge.ts";
import type { FuzzTarget } from "./target.ts";

const CORPUS = new URL("../corpus/", import.meta.url);
const asked = process.argv.slice(2);

for (const name of readdirSync(CORPUS).filter((each) => asked.length === 0 || asked.includes(each))) {
  const { target } = (await import(`./targets/${name}.ts`)) as { target: FuzzTarget };
  const folder = new URL(`${name}/`, CORPUS);
  const expected: Record<string, string> = {};
  for (const file of readdirSync(folder).filter((each) => each.endsWith(".input"))) {
    const { record, finding } = await judge(target, new Uint8Array(readFileSync(new URL(file, folder))));
    if (finding !== null) console.error(`${name}/${file}: ${finding}`);
    expected[file.replace(/\.input$/, "")] = record;
  }
  writeFileSync(new URL("expected.json", folder), `${JSON.stringify(expected, null, 2)}\n`);
}
