// A contestant for test/bench/peers.test.ts: FOLDER, then what it is like, then the values that it computes.

import process from "node:process";
import { createInterface } from "node:readline";

const [, manner, values] = process.argv.slice(2);
const answer = (content) => console.log(JSON.stringify(content));

if (manner === "broken") throw new TypeError("no such backend");
if (manner === "refusing") {
  answer({ error: "Node 20 has none" });
  process.exit();
}
const blas = { libraries: ["/usr/lib/blas/libblas.so.3.11.0"], core: null, hasMkl: false };
answer({ version: "1.2.3", build: "native", ...(manner === "slow" ? { blas } : {}) });
for await (const line of createInterface({ input: process.stdin })) {
  const { ask, runs } = JSON.parse(line);
  if (manner === "unable") answer({ error: "not registered\nand more" });
  else if (ask === "check") answer({ values: JSON.parse(values) });
  else if (manner === "dying") process.exit(3);
  else answer({ ms: 100 * runs });
}
