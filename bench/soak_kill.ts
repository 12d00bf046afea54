// npm run soak:kill: see ./killed_runs.ts. On synthetic digits, which are there sooner than MNIST is read and checked.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { type KillReport, killRuns } from "./killed_runs.ts";
import { parse, readOptions, wholeNumber } from "./options.ts";
import { complain, print } from "./print.ts";

const USAGE = `npm run soak:kill -- [options]: SIGKILL at random moments of training, and while files are written; --resume

  --kills N     how often; default 200
  --limit N     training pictures; default 320
  --within N    ms of training after which it is killed at the latest; default 1500`;

const { kills, limit, within } = readOptions("soak:kill", USAGE, (args) => {
  const text = (byDefault: string) => ({ type: "string", default: byDefault }) as const;
  const values = parse(args, { kills: text("200"), limit: text("320"), within: text("1500") });
  return {
    kills: wholeNumber("kills", values.kills),
    limit: wholeNumber("limit", values.limit),
    within: wholeNumber("within", values.within),
  };
});

const folder = mkdtempSync(join(tmpdir(), "simdgrad-kill-"));
const started = performance.now();
let report: KillReport;
try {
  report = await killRuns({
    ...{ kills, folder, withinMs: within, random: Math.random, program: ["dist/cli.js"] },
    recipe: ["--data", "synthetic", "--limit", String(limit), "--batch-size", "16", "--epochs", "6"],
    flags: ["--save-every", "0.02"],
    onKill: (count) => {
      if (count % 20 === 0) complain(`${count} kills`);
    },
  });
} finally {
  rmSync(folder, { recursive: true });
}
const { withoutState, oldState, newState, afterEnd, aimed, halves, finished, weights, faults } = report;
print(
  `${report.kills} kills in ${((performance.now() - started) / 1000).toFixed(0)} s: ${newState} left a newer state, ` +
    `${oldState} the one before, ${withoutState} came before the first, ${afterEnd} after the end.`,
);
const count = (of: (typeof halves)[number]["of"]): number => halves.filter((half) => half.of === of).length;
print(
  `${aimed} were aimed at a file being written; ${halves.length} of all came then: ${count("state")} in a state, ` +
    `${count("model")} in the weights, ${count("other")} in another; ${halves.filter(({ isCut }) => isCut).length} left a part of it.`,
);
print(`${finished} runs resumed to their end, weights sha256 ${weights} like the run that was never killed.`);
for (const fault of faults) complain(`WRONG: ${fault}`);
process.exitCode = faults.length > 0 ? 1 : 0;
