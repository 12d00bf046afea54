// npm run scaling: how much a second thread brings to the training step, and how much a second processor brings to this machine:
// one thread alone, two threads, and two processes of one thread each at the same time, in turns. On a shared machine the
// processors seldom are both free for long, so two processes say what could be had at all. Their undisturbed steps need not have been
// at the same moments, as those of two threads must: of the two ratios the medians compare better.

import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { quantile } from "./figure.ts";
import { parse, readOptions, wholeNumber } from "./options.ts";
import { NETWORK_NAMES, type NetworkName, networks, networksAsked } from "./peers/networks.ts";
import { print } from "./print.ts";

const USAGE = `npm run scaling -- [options]: what a second thread brings to a training step

  --network NAME  only this network: ${NETWORK_NAMES.join(", ")}
  --rounds N      default 9
  --seconds N     of each measurement; default 3
  --busy N        beside N processes that hold a processor each; default 0
  --wide          kernels of eight lanes`;
/** Of a measurement's steps, this part ran undisturbed, as a rule: their slowest says what the code can do. */
const UNDISTURBED = 0.1;

/** Examples a second. */
interface Speed {
  mean: number;
  median: number;
  undisturbed: number;
}

const KINDS = ["mean", "median", "undisturbed"] as const;

const options = readOptions("scaling", USAGE, (args) => {
  const values = parse(args, {
    network: { type: "string" },
    rounds: { type: "string", default: "9" },
    seconds: { type: "string", default: "3" },
    busy: { type: "string" },
    wide: { type: "boolean", default: false },
  });
  return {
    names: networksAsked(values.network),
    rounds: wholeNumber("rounds", values.rounds),
    seconds: wholeNumber("seconds", values.seconds),
    busy: values.busy === undefined ? 0 : wholeNumber("busy", values.busy),
    wide: values.wide,
  };
});

const others = Array.from({ length: options.busy }, () =>
  spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" }),
);
try {
  for (const name of options.names) await compare(name);
} finally {
  for (const other of others) other.kill();
}

async function compare(name: NetworkName): Promise<void> {
  const rows: { name: string; run: () => Promise<Speed>; speeds: Speed[] }[] = [
    { name: "one thread", run: () => measure(name, 1), speeds: [] },
    { name: "two threads", run: () => measure(name, 2), speeds: [] },
    {
      name: "two processes",
      run: async () => sum(await Promise.all([measure(name, 1), measure(name, 1)])),
      speeds: [],
    },
  ];
  for (let round = 0; round < options.rounds; round++) for (const row of rows) row.speeds.push(await row.run());
  const [alone] = rows;
  const { title, batch } = networks[name];
  const beside =
    options.busy > 0 ? `, beside ${options.busy} busy ${options.busy === 1 ? "process" : "processes"}` : "";
  const rounds = `medians of ${options.rounds} ${options.rounds === 1 ? "round" : "rounds"}`;
  print(`${title}, batch ${batch}: examples a second, ${rounds}${beside}; undisturbed: the fastest tenth of the steps`);
  for (const { name, speeds } of rows) {
    const cells = KINDS.map((kind) => {
      const value = quantile(
        speeds.map((speed) => speed[kind]),
        0.5,
      );
      const ratio = quantile(
        speeds.map((speed, round) => speed[kind] / alone.speeds[round][kind]),
        0.5,
      );
      return `${kind} ${value.toFixed(0).padStart(5)} (${ratio.toFixed(2)}×)`;
    });
    print(`${name.padEnd(14)} ${cells.join("   ")}`);
  }
}

function sum(speeds: readonly Speed[]): Speed {
  const total = (kind: keyof Speed): number => speeds.reduce((all, speed) => all + speed[kind], 0);
  return { mean: total("mean"), median: total("median"), undisturbed: total("undisturbed") };
}

async function measure(name: NetworkName, threads: number): Promise<Speed> {
  const program = fileURLToPath(new URL("programs/steps.mjs", import.meta.url));
  const kernels = options.wide ? "wide" : "relaxed";
  const network = JSON.stringify(networks[name]);
  const child = spawn(process.execPath, [program, String(threads), String(options.seconds), kernels, network], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`scaling: ${program} ended with ${code}`);
  const { batch, times } = JSON.parse(text) as { batch: number; times: number[] };
  const speed = (q: number): number => (1000 * batch) / quantile(times, q);
  const mean = (1000 * batch * times.length) / times.reduce((all, time) => all + time, 0);
  return { mean, median: speed(0.5), undisturbed: speed(UNDISTURBED) };
}
