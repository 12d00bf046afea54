// npm run bench:peers: simdgrad beside others on the same work, from the same weights, in one interleaved run. Who is
// not installed is skipped; who computes something else gets no time, and the exit code 1.

import process from "node:process";
import { oneOf, parse, readOptions, wholeNumber } from "../options.ts";
import { complain, print } from "../print.ts";
import { contest, type Work } from "./contest.ts";
import { contestants } from "./contestants.ts";
import { type Comparison, compare, headline, skippedLines, table } from "./report.ts";
import { BATCH, layOutTask, type Task } from "./task.ts";

const USAGE = `npm run bench:peers -- [options]

  --only train|infer   only this work
  --filter TEXT        only the peers whose name contains TEXT, in any case
  --rounds N           samples of each contestant; default 15
  --json               the results as JSON
  --help               this`;

const { only, filter, rounds, json } = readOptions("bench:peers", USAGE, (args) => {
  const values = parse(args, {
    only: { type: "string" },
    filter: { type: "string", default: "" },
    rounds: { type: "string", default: "15" },
    json: { type: "boolean", default: false },
  });
  return {
    only: values.only === undefined ? null : oneOf("only", ["train", "infer"], values.only),
    filter: values.filter.toLowerCase(),
    rounds: wholeNumber("rounds", values.rounds),
    json: values.json,
  };
});

const wanted = contestants.filter(({ name, install }) => install === null || name.toLowerCase().includes(filter));
if (wanted.every(({ install }) => install === null)) {
  complain(`bench:peers: no peer's name contains "${filter}".`);
  process.exit(2);
}
const present = wanted.filter((contestant) => contestant.isInstalled());
const skipped = wanted.filter((contestant) => !present.includes(contestant));
const task = layOutTask();
try {
  if (!json) print(headline(rounds));
  const comparisons: Comparison[] = [];
  for (const work of works(task)) {
    const comparison = compare(work, await contest(work, present, rounds, task.folder));
    if (!json) print(table(comparison));
    comparisons.push(comparison);
  }
  if (json) print(JSON.stringify({ node: process.versions.node, rounds, comparisons }));
  else print(skippedLines(skipped));
  process.exitCode = comparisons.some(({ entries }) => entries.some(({ isWrong }) => isWrong)) ? 1 : 0;
} finally {
  task.remove();
}

function works(task: Task): Work[] {
  const inference = (batch: number, name: string): Work => ({
    name: `CNN inference, ${name}`,
    work: "infer",
    batch,
    threads: [1],
    expected: task.logits(batch),
  });
  return [
    {
      name: `CNN training, batch ${BATCH}`,
      work: "train" as const,
      batch: BATCH,
      threads: [1, 2],
      expected: task.losses(),
    },
    inference(1, "one image"),
    inference(BATCH, `batch ${BATCH}`),
  ].filter(({ work }) => only === null || work === only);
}
