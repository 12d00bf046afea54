// The process in which mutations run: ./fuzz_process.ts starts it, and is told of each finding, made small.

import { openSync, writeSync } from "node:fs";
import process from "node:process";
import { pathToFileURL } from "node:url";
import type { ChildMessage } from "./fuzz_process.ts";
import { fuzzTarget } from "./fuzz_target.ts";
import { minimise } from "./minimise.ts";
import type { FuzzTarget } from "./target.ts";

const [file, seed, from, to, progress] = process.argv.slice(2);
const { target } = (await import(pathToFileURL(file).href)) as { target: FuzzTarget };
// Nobody is left who would hear of it.
process.on("disconnect", () => process.exit());
const open = openSync(progress, "w");
const index = new Float64Array(1);
const bytes = new Uint8Array(index.buffer);

const report = await fuzzTarget(target, {
  ...{ seed: Number(seed), from: Number(from), to: Number(to) },
  // Before the mutation is made: what dies of it dies with its number written down.
  onIndex: (at) => {
    index[0] = at;
    writeSync(open, bytes, 0, 8, 0);
  },
  // At once: a later mutation may be the end of this process.
  onFinding: async (finding) => {
    const input = await minimise(target, finding.input, finding.outcome);
    await send({ kind: "finding", finding: { ...finding, input } });
  },
});
await send({ kind: "report", report: { ...report, findings: [] } });
process.disconnect();

function send(message: ChildMessage): Promise<void> {
  return new Promise((resolve) => process.send?.(message, () => resolve()));
}
