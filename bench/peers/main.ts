// npm run bench:peers: simdgrad beside others on the same work, from the same weights, in one interleaved run. Who is
// not installed is skipped; who computes something else gets no time, and the exit code 1.

import process from "node:process";
import { oneOf, parse, readOptions, wholeNumber } from "../options.ts";
import { complain, print } from "../print.ts";
import { contest, type Work } from "./contest.ts";
import { contestants } from "./contestants.ts";
import { introduce } from "./introduce.ts";
import { NETWORK_NAMES, type NetworkName, networks, networksAsked } from "./networks.ts";
import { type Comparison, compare, describeHost, headline, table } from "./report.ts";
import { layOutTask, type Task } from "./task.ts";

const USAGE = `npm run bench:peers -- [options]

  --network NAME       only this network: ${NETWORK_NAMES.join(", ")}
  --only train|infer   only this work
  --filter TEXT,…      only the peers whose name contains one of the texts, in any case
  --rounds N           samples of each contestant; default 15
  --json               the results as JSON
  --help               this`;

const { names, only, filter, rounds, json } = readOptions("bench:peers", USAGE, (args) => {
  const values = parse(args, {
    network: { type: "string" },
    only: { type: "string" },
    filter: { type: "string", default: "" },
    rounds: { type: "string", default: "15" },
    json: { type: "boolean", default: false },
  });
  return {
    names: networksAsked(values.network),
    only: values.only === undefined ? null : oneOf("only", ["train", "infer"], values.only),
    filter: values.filter.toLowerCase().split(","),
    rounds: wholeNumber("rounds", values.rounds),
    json: values.json,
  };
});

const wanted = contestants.filter(
  ({ name, install }) => install === null || filter.some((text) => name.toLowerCase().includes(text)),
);
if (wanted.every(({ install }) => install === null)) {
  complain(`bench:peers: no peer's name contains "${filter.join('" or "')}".`);
  process.exit(2);
}
const comparisons: Comparison[] = [];
let introductions: Awaited<ReturnType<typeof introduce>> | null = null;
for (const name of names) {
  const task = layOutTask(networks[name]);
  try {
    if (introductions === null) {
      introductions = await introduce(wanted, task.folder);
      if (!json) print(headline(rounds, introductions.introduced, introductions.absent));
    }
    for (const work of worksOf(name, task)) {
      const comparison = compare(work, await contest(work, introductions.present, rounds, task.folder));
      if (!json) print(table(comparison));
      comparisons.push(comparison);
    }
  } finally {
    task.remove();
  }
}
if (json) {
  const { introduced = [], absent = [] } = introductions ?? {};
  print(JSON.stringify({ host: describeHost(), rounds, contestants: introduced, skipped: absent, comparisons }));
}
process.exitCode = comparisons.some(({ entries }) => entries.some(({ isWrong }) => isWrong)) ? 1 : 0;

function worksOf(name: NetworkName, task: Task): Work[] {
  const { title, batch } = networks[name];
  const inference = (size: number, what: string, threads: readonly number[]): Work => ({
    network: name,
    name: `${title}: inference, ${what}`,
    work: "infer",
    batch: size,
    threads,
    expected: task.logits(size),
  });
  return [
    {
      network: name,
      name: `${title}: training, batch ${batch}`,
      work: "train" as const,
      batch,
      threads: [1, 2],
      expected: task.losses(),
    },
    inference(1, "one image", [1]),
    inference(batch, `batch ${batch}`, [1, 2]),
  ].filter(({ work }) => only === null || work === only);
}
