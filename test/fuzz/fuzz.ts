// npm run fuzz: see docs/fuzzing.md.

import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { OptionProblem, readOptions } from "../../bench/options.ts";
import { sha256 } from "../../lib/base/sha256.ts";
import { fuzzInProcess } from "./fuzz_process.ts";
import type { Finding, FuzzReport } from "./fuzz_target.ts";
import type { FuzzTarget } from "./target.ts";

const FOLDER = fileURLToPath(new URL("./targets/", import.meta.url));
const TARGETS = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.replace(/\.ts$/, ""));

const USAGE = `npm run fuzz -- [targets] [options]: mutated input for readers, which must refuse it or read it right

  targets       ${TARGETS.join(", ")}; default: all
  --count N     mutations of each; default 10000
  --seed N      default 1; the same seed gives the same mutations
  --save DIR    where inputs go that show a fault; default outputs/fuzz`;

const { names, count, seed, save } = readOptions("fuzz", USAGE, (args) => {
  const { values, positionals } = parsed(args);
  const unknown = positionals.find((name) => !TARGETS.includes(name));
  if (unknown !== undefined) throw new OptionProblem(`there is no target "${unknown}"`);
  return {
    names: positionals.length > 0 ? positionals : TARGETS,
    count: wholeNumber("count", values.count),
    seed: wholeNumber("seed", values.seed),
    save: values.save,
  };
});

let hasFindings = false;
for (const name of names) {
  const file = join(FOLDER, `${name}.ts`);
  const { target } = (await import(`./targets/${name}.ts`)) as { target: FuzzTarget };
  const begun = performance.now();
  const onFinding = (finding: Finding): void => console.log(`${name}: ${describe(finding)}`);
  const report = await fuzzInProcess(target, { file, seed, count, onFinding, onProgress: progress(name) });
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
  console.log(summary(name, report, (performance.now() - begun) / 1000));
  hasFindings ||= report.findings.length > 0;
}
process.exitCode = hasFindings ? 1 : 0;

function parsed(args: readonly string[]) {
  try {
    const text = (byDefault: string) => ({ type: "string", default: byDefault }) as const;
    const options = { count: text("10000"), seed: text("1"), save: text("outputs/fuzz") };
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new OptionProblem((error as Error).message.split(". ")[0]);
  }
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new OptionProblem(`--${name} must be a whole number below 10⁹; got "${text}"`);
  return Number(text);
}

/** What was found, and where its input lies. */
function describe({ target, seed, index, what, input }: Finding): string {
  const folder = join(save, target);
  const path = join(folder, `${sha256(input).slice(0, 12)}.input`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, input);
  return `mutation ${index} of seed ${seed} ${what.slice(0, 400)}\n  its ${input.length} bytes: ${path}`;
}

function progress(name: string): ((done: number) => void) | undefined {
  if (!process.stderr.isTTY) return undefined;
  return (done) => process.stderr.write(`\r\u001b[K${name}: ${done} of ${count}`);
}

function summary(name: string, { accepted, outcomes, findings }: FuzzReport, seconds: number): string {
  const refusals = [...outcomes.keys()].filter((outcome) => outcome !== "accepted" && !outcome.startsWith("FINDING"));
  return (
    `${name}: ${count} mutations of seed ${seed} in ${seconds.toFixed(1)} s, ${accepted} accepted, ` +
    `${refusals.length} kinds of refusal, ${findings.length} findings`
  );
}
