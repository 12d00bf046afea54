// A JavaScript contestant's side of the contest: one command a line in, one answer a line out, both JSON.
//
//   {"version": …, "build": …}                                said first; the build is what it runs on, in a few words;
//                                                           {"error": …} where it cannot take part
//   {"ask": "check", "work": "infer", "batch": 64}            → {"values": [logits …]}
//   {"ask": "time", "work": "train", "batch": 64, "runs": 3}  → {"ms": of the median run}
//   whatever fails                                            → {"error": its message}

import { readFileSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { decodeSafetensors } from "../../dist/index.js";

/** From the folder that the contest laid out: the description, the model's state, and the batch, in PyTorch's layout. */
export function readTask(folder) {
  const file = `${folder}/task.safetensors`;
  const { x, ...state } = decodeSafetensors(readFileSync(file), file).tensors;
  const network = JSON.parse(readFileSync(`${folder}/network.json`, "utf8"));
  return { network, state, x };
}

/** The first `batch` images of a task. */
export function firstImages({ shape, data }, batch) {
  return { shape: [batch, ...shape.slice(1)], data: data.slice(0, (data.length / shape[0]) * batch) };
}

export function labels(batch) {
  return Array.from({ length: batch }, (_, i) => i % 10);
}

/** Of a package of this folder. */
export function versionOf(name) {
  return JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), "utf8")).version;
}

/**
 * @param introduction {version, build} of the contestant
 * @param works        {train, infer}: each a function of the batch that prepares {check(): values, run()}
 */
export async function serve(introduction, works) {
  const answer = (content) => process.stdout.write(`${JSON.stringify(content)}\n`);
  const prepared = new Map();
  const prepare = async ({ work, batch }) => {
    const key = `${work} ${batch}`;
    if (!prepared.has(key)) prepared.set(key, await works[work](batch));
    return prepared.get(key);
  };
  answer(introduction);
  for await (const line of createInterface({ input: process.stdin })) {
    const command = JSON.parse(line);
    try {
      const { check, run } = await prepare(command);
      if (command.ask === "check") answer({ values: Array.from(await check()) });
      else answer({ ms: await time(run, command.runs) });
    } catch (error) {
      answer({ error: error instanceof Error ? error.message : String(error) });
    }
  }
}

/** The median: whoever else runs on the machine interrupts some runs, not all. */
async function time(run, runs) {
  const times = [];
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[runs >> 1];
}
