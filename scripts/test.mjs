// Runs the tests: one process a file, two at a time, with a limit for each; a file that holds no test,
// hangs or forgets `test.run()` fails. The last line is `N passed, N failed`.
//
//   node scripts/test.mjs [part of a path …]
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import process from "node:process";

const LIMIT_MS = 240_000;
/** Node 20 has relaxed SIMD behind a flag, which later versions do not know. */
const RELAXED_SIMD = Number(process.versions.node.split(".")[0]) < 21 ? ["--experimental-wasm-relaxed-simd"] : [];

const wanted = process.argv.slice(2);
const files = readdirSync("test", { recursive: true, encoding: "utf8" })
  .map((file) => `test/${file.replaceAll("\\", "/")}`)
  .filter((file) => file.endsWith(".test.ts"))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort();
if (files.length === 0) {
  console.error(`test: no test file matches ${wanted.join(" ") || "test/**/*.test.ts"}.`);
  process.exit(1);
}

let passed = 0;
let failed = 0;
const queue = [...files];
await Promise.all(Array.from({ length: availableParallelism() }, worker));
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

async function worker() {
  for (let file = queue.shift(); file; file = queue.shift()) report(file, await run(file));
}

function run(file) {
  return new Promise((resolve) => {
    const started = performance.now();
    const child = spawn(process.execPath, [...RELAXED_SIMD, "--expose-gc", "--import", "tsx", file], {
      env: { NODE_ENV: "test", NO_COLOR: "1", ...process.env },
    });
    let output = "";
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill("SIGKILL");
    }, LIMIT_MS);
    child.stdout.on("data", (data) => {
      output += data;
    });
    child.stderr.on("data", (data) => {
      output += data;
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, output, timedOut, seconds: (performance.now() - started) / 1000 });
    });
  });
}

/** uvu closes with "Total: 5", "Passed: 4", "Skipped: 0". */
function report(file, { code, output, timedOut, seconds }) {
  const count = (label) => Number(output.match(new RegExp(`^\\s*${label}:\\s+(\\d+)`, "m"))?.[1] ?? 0);
  const total = count("Total");
  const ok = count("Passed");
  const problem = timedOut
    ? `hung for ${LIMIT_MS / 1000} s`
    : total === 0
      ? "ran no test; is `test.run()` missing?"
      : code !== 0 && ok === total
        ? `exited with ${code}`
        : "";
  passed += ok;
  failed += total - ok + (problem ? 1 : 0);
  const good = ok === total && !problem;
  console.log(
    `${good ? "ok  " : "FAIL"} ${file}  ${ok}/${total}  ${seconds.toFixed(1)} s${problem ? `  ${problem}` : ""}`,
  );
  if (!good) console.log(output.replace(/^/gm, "     "));
  else for (const line of output.match(/^.*SKIPPED.*$/gm) ?? []) console.log(`     ${line.trim()}`);
}
