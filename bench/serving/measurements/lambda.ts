// The function of AWS Lambda, as Lambda starts it: a process on the Runtime API, from its start to the first answer. An event waits
// for it from the beginning, as for a function that is called when none runs.

import { execFileSync, spawn } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { functionUrlEvent } from "../../../test/serve/lambda/gateway_events.ts";
import { RuntimeEmulator } from "../../../test/serve/lambda/runtime_emulator.ts";
import { medianOf, quantile } from "../../figure.ts";
import type { Measurement } from "../measurement.ts";
import { residentMb } from "../process_tree.ts";

const TOP = fileURLToPath(new URL("../../../", import.meta.url));
const STARTS_PER_ROUND = 4;
const PATIENCE_MS = 60_000;

interface Kind {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

interface Start {
  firstAnswerMs: number;
  /** Of processors until then: what another program that runs meanwhile changes least. */
  processorMs: number;
  /** Of the next call, when all is warm. */
  nextAnswerMs: number;
  residentMb: number;
}

export const lambda: Measurement = {
  name: "lambda",
  title: "the function of AWS Lambda: from the start of the process to its first answer",
  async run({ rounds, node }) {
    const folder = mkdtempSync(join(tmpdir(), "simdgrad-lambda-"));
    try {
      const build = (name: string, ...more: string[]): string => {
        const to = join(folder, name);
        execFileSync(process.execPath, ["scripts/build_lambda.mjs", "--node", node, "--to", to, ...more], { cwd: TOP });
        return to;
      };
      const cached = build("cached");
      const plain = build("plain", "--no-cache");
      const ours = (name: string, root: string): Kind => ({
        ...{ name, command: [node, `${root}/bootstrap.mjs`] },
        env: { LAMBDA_TASK_ROOT: root, MNIST_LOG_LEVEL: "silent" },
      });
      const reference = fileURLToPath(new URL("../reference_lambda.py", import.meta.url));
      const kinds: Kind[] = [
        ours("Node and the loop, a function that does nothing", emptyFunction(join(folder, "empty"), plain)),
        ours("simdgrad, with V8's code cache", cached),
        ours("simdgrad, without", plain),
        { name: "PyTorch and Pillow", command: ["/usr/bin/python3", reference], env: {} },
      ];
      const found = new Map<Kind, Start[]>(kinds.map((kind) => [kind, []]));
      for (let round = 0; round < rounds * STARTS_PER_ROUND; round++) {
        for (const kind of kinds) found.get(kind)?.push(await firstAnswer(kind));
      }
      const zipMb = statSync(`${cached}.zip`).size / 1e6;
      const figures = [...found].map(([{ name }, starts]) => {
        const of = (key: keyof Start): number[] => starts.map((start) => start[key]);
        return {
          ...{ name, starts: starts.length },
          firstAnswerMs: medianOf(of("firstAnswerMs")) as number,
          fastestMs: quantile(of("firstAnswerMs"), 0),
          slowestMs: quantile(of("firstAnswerMs"), 1),
          processorMs: medianOf(of("processorMs")) as number,
          nextAnswerMs: medianOf(of("nextAnswerMs")) as number,
          residentMb: medianOf(of("residentMb")) as number,
        };
      });
      return {
        rows: [
          ["process, kept on disk", "first answer ms", "fastest", "slowest", "processor ms", "next answer ms", "MB"],
          ...figures.map((figure) => [
            figure.name,
            ...[figure.firstAnswerMs, figure.fastestMs, figure.slowestMs, figure.processorMs].map((ms) =>
              ms.toFixed(0),
            ),
            figure.nextAnswerMs.toFixed(1),
            figure.residentMb.toFixed(0),
          ]),
        ],
        notes: [
          `medians of ${rounds * STARTS_PER_ROUND} starts, in turns, files in the page cache; ` +
            `Node ${execFileSync(node, ["--version"], { encoding: "utf8" }).trim()}; the zip has ${zipMb.toFixed(2)} MB`,
        ],
        figures: { kinds: figures, zipMb },
        faults: [],
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function firstAnswer({ name, command, env }: Kind): Promise<Start> {
  const emulator = await RuntimeEmulator.start();
  const image = readFileSync(join(TOP, "docs/digits/7.png")).toString("base64");
  const event = functionUrlEvent({
    ...{ method: "POST", path: "/predict/base64", headers: { "content-type": "application/json" } },
    body: JSON.stringify({ image, model_type: "cnn" }),
  });
  const invoke = async (): Promise<void> => {
    const ended = await emulator.invoke(event, { timeoutMs: PATIENCE_MS });
    const text = JSON.stringify(ended);
    if (!/"statusCode":200\b/.test(text) || !/predicted_class\\": ?7/.test(text)) throw new Error(`${name}: ${text}`);
  };
  const began = performance.now();
  const first = invoke();
  const [program, ...args] = command;
  const child = spawn(program, args, {
    stdio: ["ignore", "ignore", "inherit"],
    env: { PATH: process.env.PATH, AWS_LAMBDA_RUNTIME_API: emulator.address, ...env },
  });
  try {
    await first;
    const firstAnswerMs = performance.now() - began;
    const processorMs = processorTime(child.pid as number);
    const resident = residentMb([child.pid as number]);
    await sleep(20);
    const next = performance.now();
    await invoke();
    return { firstAnswerMs, processorMs, nextAnswerMs: performance.now() - next, residentMb: resident };
  } finally {
    child.kill("SIGKILL");
    await emulator.stop();
  }
}

/** What no function in Node can do without. @param built whose runtime it runs on */
function emptyFunction(folder: string, built: string): string {
  const answer = { statusCode: 200, body: JSON.stringify({ predicted_class: 7 }) };
  mkdirSync(folder);
  copyFileSync(`${built}/bootstrap.mjs`, `${folder}/bootstrap.mjs`);
  writeFileSync(`${folder}/index.mjs`, `export const handler = async () => (${JSON.stringify(answer)});\n`);
  return folder;
}

/** Of all threads: the first number of each one's schedstat is nanoseconds. */
function processorTime(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const ns = threads.map((id) => Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, "utf8").split(" ")[0]));
  return ns.reduce((sum, each) => sum + each, 0) / 1e6;
}
