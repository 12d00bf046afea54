// Runs the tests: one process per file, a few at a time, with a limit for each; a file that holds no test,
// hangs or forgets `test.run()` fails. What was skipped or measured is said. The last line is `N passed, N failed`.
//
//   node scripts/test.mjs [part of a path …]    test/**/*.test.ts
//   node scripts/test.mjs --suite pack          test/**/*.pack.ts, which take more than npm test may
//   node scripts/test.mjs --suite browser       test/**/*.browser.ts, which need Chromium
//   node scripts/test.mjs --suite engines       test/**/*.engines.ts, which need Firefox and WebKitGTK
//   node scripts/test.mjs --suite interop       test/**/*.interop.ts, which need MNIST and other people's programs
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import process from "node:process";
import { parseArgs } from "node:util";
import { nodeFlags } from "./node_flags.mjs";
import { isCurrent } from "./stamp.mjs";

const LIMIT_MS = 480_000;

const { values, positionals } = parseArgs({
  options: { suite: { type: "string", default: "test" } },
  allowPositionals: true,
});
const files = readdirSync("test", { recursive: true, encoding: "utf8" })
  .map((file) => `test/${file.replaceAll("\\", "/")}`)
  .filter((file) => file.endsWith(`.${values.suite}.ts`))
  .filter((file) => positionals.length === 0 || positionals.some((part) => file.includes(part)))
  .sort();
if (files.length === 0) {
  console.error(`test: no file matches ${positionals.join(" ") || `test/**/*.${values.suite}.ts`}.`);
  process.exit(1);
}
if (!isCurrent("kernels")) await import("./build_kernels.mjs");
if (!isCurrent("export")) await import("./build_export.mjs");
if (!isCurrent("picture_worker")) await import("./build_picture_worker.mjs");
if (!isCurrent("docs")) await import("./build_docs.mjs");
if (["browser", "engines"].includes(values.suite) && !isCurrent("web")) await import("./build_web.mjs");

let passed = 0;
let failed = 0;
let skipped = 0;
const queue = [...files];
await Promise.all(Array.from({ length: availableParallelism() }, worker));
if (skipped > 0) console.log(`\nSKIPPED: ${skipped}; see the lines above.`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

async function worker() {
  for (let file = queue.shift(); file; file = queue.shift()) report(file, await run(file));
}

function run(file) {
  return new Promise((resolve) => {
    const started = performance.now();
    const child = spawn(process.execPath, [...nodeFlags(), "--expose-gc", "--import", "tsx", file], {
      env: { NODE_ENV: "test", NO_COLOR: "1", ...process.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill("SIGKILL");
    }, LIMIT_MS);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (data) => {
        output += data;
      });
    }
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, output, timedOut, seconds: (performance.now() - started) / 1000 });
    });
  });
}

/** uvu closes with "Total: 5", "Passed: 4", "Skipped: 0"; skipped tests are not in the total. */
function report(file, { code, output, timedOut, seconds }) {
  const count = (label) => Number(output.match(new RegExp(`^\\s*${label}:\\s+(\\d+)`, "m"))?.[1] ?? 0);
  const total = count("Total");
  const ok = count("Passed");
  const omitted = count("Skipped");
  const problem = timedOut
    ? `hung for ${LIMIT_MS / 1000} s`
    : total + omitted === 0
      ? "ran no test; is `test.run()` missing?"
      : code !== 0 && ok === total
        ? `exited with ${code}`
        : "";
  passed += ok;
  failed += total - ok + (problem ? 1 : 0);
  skipped += omitted;
  const good = ok === total && !problem;
  const notes = [omitted > 0 ? `${omitted} SKIPPED` : "", problem].filter(Boolean).map((note) => `  ${note}`);
  console.log(`${good ? "ok  " : "FAIL"} ${file}  ${ok}/${total}  ${seconds.toFixed(1)} s${notes.join("")}`);
  if (!good) console.log(output.replace(/^/gm, "     "));
  else for (const line of output.match(/^.*SKIPPED.*$|measured: .*$/gm) ?? []) console.log(`     ${line.trim()}`);
}
