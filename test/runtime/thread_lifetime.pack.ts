// Threads as a process lives with them: they let it end, cost nothing while idle, and may die.

import { execFileSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("threads of a process");

const LIMIT_MS = 60_000;
const TRAINING = `
  import { Adam, backward, crossEntropy, runtimeInfo, scope, setThreads, tensor } from "./lib/index.ts";
  import { cnn } from "./models/index.ts";
  const x = tensor(Float32Array.from({ length: 16 * 784 }, (_, i) => (i % 17) / 17), [16, 28, 28, 1]).keep();
  const y = tensor(Int32Array.from({ length: 16 }, (_, i) => i % 10)).keep();
  const start = () => {
    const model = cnn({ seed: 1 });
    const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
    const train = (steps) => {
      for (let i = 0; i < steps; i++) {
        scope(() => {
          optimizer.zeroGrad();
          backward(crossEntropy(model.forward(x), y));
          optimizer.step();
        });
      }
    };
    return { train, weights: () => model.parameters().map(({ data }) => data.join()).join() };
  };
`;

/** What the program prints; it must end by itself. */
function run(program: string): string {
  const args = ["--import", "tsx", "--input-type=module", "-e", TRAINING + program];
  return execFileSync(process.execPath, args, { encoding: "utf8", timeout: LIMIT_MS }).trim();
}

test("a process with threads ends when its work does", () => {
  assert.is(run("await setThreads(3); start().train(2); console.log(runtimeInfo().threads);"), "3");
});

test("idle threads take no processor time", () => {
  const ms = run(`
    await setThreads(2);
    start().train(3);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const { user, system } = process.cpuUsage(before);
    console.log((user + system) / 1000);
  `);
  assert.ok(Number(ms) < 60, `${ms} ms of processor time in 3 s`);
});

test("when a worker is killed between two steps, the caller continues alone, to the same bits", () => {
  const same = run(`
    import workerThreads, { Worker } from "node:worker_threads";
    const started = [];
    workerThreads.Worker = class extends Worker {
      constructor(...args) {
        super(...args);
        started.push(this);
      }
    };
    const alone = start();
    alone.train(6);
    await setThreads(2);
    const together = start();
    together.train(3);
    await started[0].terminate();
    together.train(3);
    console.log(started.length, alone.weights() === together.weights());
  `);
  assert.is(same, "1 true");
});

test.run();
