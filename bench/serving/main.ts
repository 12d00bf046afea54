// npm run bench:serving: the server under load, beside the usual stack for such a service, and what becomes of each request when
// something goes wrong. The figures of docs/serving.md.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import process from "node:process";
import { describeMachine } from "../figure.ts";
import { OptionProblem, parse, readOptions, wholeNumber } from "../options.ts";
import { complain, print } from "../print.ts";
import { table } from "../report.ts";
import { agreement } from "./measurements/agreement.ts";
import { killWorker, promote, sigterm } from "./measurements/disturbances.ts";
import { fastapi } from "./measurements/fastapi.ts";
import { halfLoad } from "./measurements/half_load.ts";
import { lambda } from "./measurements/lambda.ts";
import { memory } from "./measurements/memory.ts";
import { overload } from "./measurements/overload.ts";
import { oip, oneProcess, twoWorkers } from "./measurements/saturation.ts";

const MEASUREMENTS = [
  ...[
    agreement,
    fastapi,
    oneProcess,
    twoWorkers,
    oip,
    halfLoad,
    overload,
    memory,
    sigterm,
    killWorker,
    promote,
    lambda,
  ],
];
const NAMES = MEASUREMENTS.map(({ name }) => name);
const USAGE = `npm run bench:serving -- [options]

  --only NAME[,NAME…]  of ${NAMES.join(", ")}
  --seconds N          of load for each server and kind of request, over all rounds; default 60
  --rounds N           servers take turns in so many rounds; default 6
  --connections N      default 50
  --node PATH          lambda: the Node that runs the function; default this one
  --save FILE          keep the figures in a file, beside those of other measurements that it holds
  --help               this

Needs wrk, and fastapi and agreement need the reference's stack. On Debian:
  apt-get install -y wrk python3-fastapi python3-uvicorn python3-multipart python3-pil python3-torch libopenblas0-pthread`;

const options = readOptions("bench:serving", USAGE, (args) => {
  const values = parse(args, {
    only: { type: "string", default: NAMES.join() },
    seconds: { type: "string", default: "60" },
    rounds: { type: "string", default: "6" },
    connections: { type: "string", default: "50" },
    node: { type: "string", default: process.execPath },
    save: { type: "string" },
  });
  const only = values.only.split(",");
  const unknown = only.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw new OptionProblem(`--only takes ${NAMES.join(", ")}; got "${unknown}"`);
  return {
    only,
    node: values.node,
    save: values.save ?? null,
    seconds: wholeNumber("seconds", values.seconds),
    rounds: wholeNumber("rounds", values.rounds),
    connections: wholeNumber("connections", values.connections),
  };
});

const { cpu, processors, node } = describeMachine();
const load = os.loadavg()[0];
print(
  `${cpu}, ${processors} processors, Node ${node}; load ${load.toFixed(2)} at the start; ` +
    `${options.seconds} s, ${options.rounds} rounds, ${options.connections} connections\n`,
);
const faults: string[] = [];
for (const measurement of MEASUREMENTS.filter(({ name }) => options.only.includes(name))) {
  const result = await measurement.run(options);
  print(
    [measurement.title, "", table(result.rows), ...result.notes, ...(result.notes.length > 0 ? [""] : [])].join("\n"),
  );
  faults.push(...result.faults);
  if (options.save !== null) keep(options.save, measurement.name, result.figures);
}
for (const fault of faults) complain(`bench:serving: ${fault}.`);
process.exitCode = faults.length > 0 ? 1 : 0;

function keep(file: string, name: string, figures: unknown): void {
  const { seconds, rounds, connections } = options;
  const measured = { at: new Date().toISOString(), load, seconds, rounds, connections, figures };
  const saved: object = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  const machine = { cpu, processors, node, memoryGb: Math.round(os.totalmem() / 1e9), system: os.release() };
  writeFileSync(file, `${JSON.stringify({ ...saved, machine, [name]: measured }, null, 2)}\n`);
}
