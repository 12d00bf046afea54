// A JavaScript contestant's side of the contest: one command a line in, one answer a line out, both JSON.
//
//   {"version": …}                                            said first
//   {"ask": "check", "work": "infer", "batch": 64}            → {"values": [logits …]}
//   {"ask": "time", "work": "train", "batch": 64, "runs": 3}  → {"ms": of the median run}
//   whatever fails                                            → {"error": its message}

import { readFileSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { decodeSafetensors } from "../../dist/index.js";

/** `x` and the model's state, from the folder that the contest laid out. */
export function readTask(folder) {
  const file = `${folder}/task.safetensors`;
  const { x, ...state } = decodeSafetensors(readFileSync(file), file).tensors;
  return { state, images: (batch) => x.data.subarray(0, batch * 784), labels: (batch) => range(batch, (i) => i % 10) };
}

export function range(size, value) {
  return Array.from({ length: size }, (_, i) => value(i));
}

/**
 * @param version of the contestant
 * @param works {train, infer}: each a function of the batch that prepares {check(): values, run()}
 */
export async function serve(version, works) {
  const answer = (content) => process.stdout.write(`${JSON.stringify(content)}\n`);
  const prepared = new Map();
  const prepare = async ({ work, batch }) => {
    const key = `${work} ${batch}`;
    if (!prepared.has(key)) prepared.set(key, await works[work](batch));
    return prepared.get(key);
  };
  answer({ version });
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
