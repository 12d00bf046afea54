// Plants one small fault at a time in the kernels, and in the code right above them, and runs the tests of that
// file: they must find each. A fault that they do not find is a test that is missing.
//
//   npm run mutants                      every fault of faults.ts: a quarter of an hour on one core
//   npm run mutants -- --only gemm       those whose file or description contains the text; may be given again
//   npm run mutants -- --list            what they are, and which tests are asked
//   npm run mutants -- --jobs 2          so many at a time; 1 by default
//   npm run mutants -- --resume          keeps what found.json and earlier runs say of faults in files that are the same
//   npm run mutants -- --write           then writes docs/mutants.md and found.json
//
// Everything is compiled and run in copies in a temporary folder, never here. A fault counts as found when a test
// fails, crashes or hangs that passes without it. Of the variants of the kernels the one is compiled that tests load by
// default, relaxed SIMD, unless the fault names another. A fault that does not compile, or compiles to the same bytes, is a
// mistake in the list.

import { type ChildProcess, fork, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { nodeFlags } from "../../scripts/node_flags.mjs";
import { FAULTS, type Fault, plant, testsOf } from "./faults.ts";
import { type Found, pageOf } from "./page.ts";

/** What is copied: all that the tests of the library read. */
const FOLDERS = ["kernels", "lib", "data", "models", "scripts", "test", "build"];
const FILES = ["asconfig.json", "package.json", "package-lock.json", "tsconfig.json", "LICENSE"];
/** A test file takes a few seconds; this is for endless loops, on a busy machine. */
const LIMIT_MS = 90_000;
/** What this machine has found out so far, and what the page was last written from. */
const RESULTS = "build/mutants.json";
const WRITTEN = "test/mutants/found.json";

const VARIANTS = ["simd", "relaxed", "wide"] as const;
type Variant = (typeof VARIANTS)[number];

/** What became of a fault that nothing found. */
interface Lost {
  by: null;
  /** Why nothing could. */
  mistake?: string;
  seconds: number;
}

const { values: options } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: [] },
    list: { type: "boolean", default: false },
    jobs: { type: "string", default: "1" },
    resume: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
const children = new Set<ChildProcess>();

async function main(): Promise<void> {
  const { only } = options;
  const chosen = FAULTS.filter(
    ({ file, what }) => only.length === 0 || only.some((text) => `${file}: ${what}`.includes(text)),
  );
  const jobs = Number(options.jobs);
  if (chosen.length === 0) return complain(`no fault matches ${only.join(" ")}.`);
  if (!Number.isInteger(jobs) || jobs < 1) return complain(`--jobs must be an integer ≥ 1; got ${options.jobs}.`);
  if (options.list) {
    for (const { file, what } of chosen) console.log(`${file}: ${what}  [${testsOf(file).join(" ")}]`);
    console.log(`${chosen.length} faults`);
    return;
  }

  const started = performance.now();
  const results = readResults();
  const queue = chosen.filter((fault) => !(options.resume && results[idOf(fault)]?.by));
  if (queue.length > 0) await tryAll(queue, jobs, results);
  const lost = chosen.filter((fault) => !results[idOf(fault)]?.by);
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  console.log(
    `${chosen.length - lost.length} of ${chosen.length} faults found, ${queue.length} of them in ${minutes} min`,
  );
  for (const { file, what } of lost) console.log(`NOT FOUND  ${file}: ${what}`);
  if (lost.length > 0) process.exitCode = 1;
  else if (options.write && only.length === 0) {
    const found = FAULTS.map((fault) => [idOf(fault), results[idOf(fault)] as Found] as const);
    writeFileSync(WRITTEN, `${JSON.stringify(Object.fromEntries(found), null, 2)}\n`);
    writeFileSync("docs/mutants.md", pageOf(FAULTS.map((fault, i) => ({ ...fault, ...found[i][1] }))));
  }
}

function complain(message: string): void {
  console.error(`mutants: ${message}`);
  process.exitCode = 1;
}

async function tryAll(queue: Fault[], jobs: number, results: Record<string, Found | Lost>): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "simdgrad-mutants-"));
  process.on("exit", () => {
    for (const child of children) child.kill("SIGKILL");
    rmSync(root, { recursive: true, force: true });
  });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

  const control = new Copy(join(root, "control"));
  for (const variant of VARIANTS) {
    const complaint = await control.build(variant);
    if (complaint) throw new Error(`mutants: the kernels do not compile as they are:\n${complaint}`);
  }
  /** By test: how it fails without a fault, null if it does not. */
  const healthy = new Map<string, Promise<unknown>>();
  const isHealthy = async (test: string): Promise<boolean> => {
    if (!healthy.has(test)) healthy.set(test, control.run(test));
    return (await healthy.get(test)) === null;
  };

  const work = async (copy: Copy): Promise<void> => {
    for (let fault = queue[next++]; fault; fault = queue[next++]) {
      const begun = performance.now();
      const outcome = await tryOut(copy, control, fault, isHealthy);
      const seconds = Math.round((performance.now() - begun) / 100) / 10;
      const result = { ...outcome, seconds } as Found | Lost;
      results[idOf(fault)] = result;
      writeFileSync(RESULTS, `${JSON.stringify(results)}\n`);
      const verdict = result.by
        ? `${result.how} ${result.by}: ${result.title}`
        : ((result as Lost).mistake ?? "NOT FOUND");
      console.log(`${fault.file}: ${fault.what}\n    ${verdict}  ${seconds.toFixed(1)} s`);
    }
    copy.end();
  };
  let next = 0;
  await Promise.all(Array.from({ length: jobs }, (_, i) => work(new Copy(join(root, `copy${i}`)))));
  control.end();
}

/** The variant in which a fault shows. */
function variantOf({ what }: Fault): Variant {
  if (what.startsWith("plain SIMD")) return "simd";
  return what.startsWith("wide") ? "wide" : "relaxed";
}

async function tryOut(
  copy: Copy,
  control: Copy,
  fault: Fault,
  isHealthy: (test: string) => Promise<boolean>,
): Promise<Omit<Found, "seconds"> | Omit<Lost, "seconds">> {
  const path = join(copy.folder, fault.file);
  const source = readFileSync(fault.file, "utf8");
  writeFileSync(path, plant(source, fault));
  try {
    if (fault.file.startsWith("kernels/")) {
      const complaint = await copy.build(variantOf(fault));
      if (complaint) return { by: null, mistake: `DOES NOT COMPILE:\n${complaint}` };
      if (copy.code().equals(control.code())) return { by: null, mistake: "COMPILES TO THE SAME" };
    }
    for (const test of testsOf(fault.file)) {
      const failure = await copy.run(test);
      if (!failure) continue;
      if (!(await isHealthy(test))) return { by: null, mistake: `${test} FAILS WITHOUT THE FAULT, TOO` };
      return { by: test, ...failure };
    }
    return { by: null };
  } finally {
    writeFileSync(path, source);
    cpSync(join(control.folder, "build"), join(copy.folder, "build"), { recursive: true });
  }
}

/** The project in a folder of its own, and the compiler that runs there. */
class Copy {
  private builder: ChildProcess | null = null;

  constructor(readonly folder: string) {
    for (const path of [...FOLDERS, ...FILES]) cpSync(path, join(folder, path), { recursive: true });
    symlinkSync(resolve("node_modules"), join(folder, "node_modules"), "junction");
  }

  /** Compiles a variant of the kernels. @returns what the compiler says against it; "" where all is well */
  build(variant: Variant): Promise<string> {
    this.builder ??= fork("test/mutants/builder.mjs", { cwd: this.folder, execArgv: [] });
    const { builder } = this;
    children.add(builder);
    return new Promise((done) => {
      const finish = (complaint: string): void => {
        builder.removeAllListeners();
        done(complaint);
      };
      builder.once("message", finish);
      builder.once("close", () => {
        children.delete(builder);
        this.builder = null;
        finish("the compiler ended");
      });
      builder.send(variant);
    });
  }

  /** The bytes of all binaries, without the labels, which name the sources; and the numbers that callers share. */
  code(): Buffer {
    const wasm = [...VARIANTS, "inference"].map((variant) => {
      const bytes = readFileSync(join(this.folder, `build/kernels.${variant}.wasm`));
      const label = bytes.lastIndexOf("simdgrad");
      return label < 0 ? bytes : bytes.subarray(0, label);
    });
    const abi = readFileSync(join(this.folder, "build/kernels.js"), "utf8").replace(/^.*KERNELS_DIGEST.*$/m, "");
    return Buffer.concat([...wasm, Buffer.from(abi)]);
  }

  /** Runs a test file. @returns null if it passes */
  run(test: string): Promise<Pick<Found, "how" | "title"> | null> {
    const flags = [...nodeFlags(), "--max-old-space-size=2048", "--expose-gc", "--import", "tsx"];
    return new Promise((done) => {
      const child = spawn(process.execPath, [...flags, test], {
        cwd: this.folder,
        env: { ...process.env, NODE_ENV: "test", NO_COLOR: "1" },
        stdio: ["ignore", "pipe", "pipe"],
      });
      children.add(child);
      let output = "";
      let timedOut = false;
      const timer = setTimeout(() => {
        timedOut = true;
        child.kill("SIGKILL");
      }, LIMIT_MS);
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (data: string) => {
          if (output.length < 1e6) output += data;
        });
      }
      child.on("close", (code) => {
        clearTimeout(timer);
        children.delete(child);
        const title = output.match(/^\s*FAIL\s+(.*)$/m)?.[1].trim() ?? "";
        const count = (label: string): number => Number(output.match(new RegExp(`^\\s*${label}:\\s+(\\d+)`, "m"))?.[1]);
        if (timedOut) done({ how: "hangs", title });
        // What throws before the first test, in a hook, leaves the exit code as it was.
        else if (code === 0 && count("Total") > 0 && count("Passed") === count("Total")) done(null);
        else done({ how: title ? "fails" : "crashes", title });
      });
    });
  }

  /** Ends the compiler. */
  end(): void {
    this.builder?.kill();
  }
}

function readResults(): Record<string, Found | Lost> {
  return Object.assign(
    {},
    ...[WRITTEN, RESULTS].filter(existsSync).map((file) => JSON.parse(readFileSync(file, "utf8"))),
  );
}

/** Of the fault and the file it is planted in. */
function idOf({ file, what, before, after }: Fault): string {
  const text = JSON.stringify([file, what, before, after, readFileSync(file, "utf8")]);
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

await main();
