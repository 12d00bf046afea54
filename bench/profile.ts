// npm run profile: where the time of a training step goes, function by function, and at how much of the machine's peak the
// matrix products in the midst of it run. One thread; V8's sampling profiler on kernels that carry their names.

import { spawnSync } from "node:child_process";
import { Session } from "node:inspector/promises";
import process from "node:process";
import { fileURLToPath } from "node:url";
import v8 from "node:v8";
import { scope, supportsVariant } from "../lib/index.ts";
import { enableRelaxedSimd } from "../lib/runtime/relaxed_simd.node.ts";
import { describeMachine, quantile } from "./figure.ts";
import { oneOf, parse, readOptions, wholeNumber } from "./options.ts";
import { peaks } from "./peak.ts";
import { print } from "./print.ts";
import { shipped, trainingStep } from "./training_step.ts";

const BATCH = 64;
const INTERVAL_US = 200;
const WARM_UP_STEPS = 50;
const PEAK_MS = 300;
const USAGE = `npm run profile -- [options]: where the time of a training step of the CNN goes, at batch ${BATCH}

  --variant simd|relaxed|wide   which kernels; default: the better of the first two that this Node has
  --seconds N                   how long; default 20
  --most N                      how many functions to list; default 24`;

const VARIANTS = ["simd", "relaxed", "wide"] as const;

enableRelaxedSimd();
const options = readOptions("profile", USAGE, (args) => {
  const values = parse(args, {
    variant: { type: "string", default: supportsVariant("relaxed") ? "relaxed" : "simd" },
    seconds: { type: "string", default: "20" },
    most: { type: "string", default: "24" },
  });
  return {
    variant: oneOf("variant", VARIANTS, values.variant),
    seconds: wholeNumber("seconds", values.seconds),
    most: wholeNumber("most", values.most),
  };
});

// Before anything is compiled. What enableWideSimd() does besides is to check kernels, which these, with their names, are not.
if (options.variant === "wide") v8.setFlagsFromString("--experimental-wasm-revectorize");
const simdgrad = await shipped();
simdgrad.library.useKernels(namedKernels());
const { compute } = peaks(options.variant);
const { stepMs, shares } = await profile();
const gflops = quantile(peakSamples(), 0.5);
report();

function namedKernels(): WebAssembly.Module {
  const program = fileURLToPath(new URL("programs/name_kernels.mjs", import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, options.variant], { maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`profile: the kernels do not compile: ${stderr}`);
  return new WebAssembly.Module(new Uint8Array(stdout));
}

/** Milliseconds a step, the median, and the part of them that each function has for itself. */
async function profile(): Promise<{ stepMs: number; shares: Map<string, number> }> {
  const { run } = trainingStep(simdgrad, "cnn", BATCH);
  const step = (): void => void simdgrad.library.scope(run);
  for (let i = 0; i < WARM_UP_STEPS; i++) step();
  // Without the profiler, which takes its part.
  const alone = timesOf(step, (options.seconds * 1000) / 2);
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: INTERVAL_US });
  await session.post("Profiler.start");
  timesOf(step, (options.seconds * 1000) / 2);
  const { profile: found } = await session.post("Profiler.stop");
  session.disconnect();
  const names = new Map(found.nodes.map(({ id, callFrame }) => [id, callFrame.functionName || "(JavaScript)"]));
  const counts = new Map<string, number>();
  const samples = found.samples ?? [];
  for (const id of samples) {
    const name = (names.get(id) as string).replace(/^kernels\//, "");
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return {
    stepMs: quantile(alone, 0.5),
    shares: new Map([...counts].map(([name, count]) => [name, count / samples.length])),
  };
}

/** Milliseconds of each call, for as long. */
function timesOf(run: () => void, totalMs: number): number[] {
  const times: number[] = [];
  for (const end = performance.now() + totalMs; performance.now() < end; ) {
    const started = performance.now();
    run();
    times.push(performance.now() - started);
  }
  return times;
}

/** GFLOP/s of multiply-adds on registers alone. */
function peakSamples(): number[] {
  const { run } = compute.setUp();
  return timesOf(() => scope(run), PEAK_MS).map((ms) => (compute.flops as number) / ms / 1e6);
}

/**
 * What the products of a step come to: per picture the Winograd slots of each map, 22² of 14 = 4 + 4 + 3 + 3 and 11² of
 * 7 = 4 + 3 (kernels/winograd/tiles.ts), times input and output channels, and the two linear layers; each three times:
 * forward, for the input's gradient, for the weights'.
 */
function gemmFlops(): number {
  const products = 22 ** 2 * 32 * 64 + 11 ** 2 * 64 * 128 + 128 * 64 + 64 * 10;
  return 3 * 2 * BATCH * products;
}

function report(): void {
  const { cpu, node } = describeMachine();
  print(`${cpu}, Node ${node}, ${options.variant} kernels, one thread, batch ${BATCH}: ${stepMs.toFixed(2)} ms a step`);
  const sorted = [...shares].sort(([, a], [, b]) => b - a).slice(0, options.most);
  for (const [name, share] of sorted) {
    print(
      `${name.padEnd(56)} ${(100 * share).toFixed(1).padStart(5)} %  ${(share * stepMs).toFixed(3).padStart(8)} ms`,
    );
  }
  const listed = sorted.reduce((sum, [, share]) => sum + share, 0);
  print(`${"all others".padEnd(56)} ${(100 * (1 - listed)).toFixed(1).padStart(5)} %`);
  const gemmMs = [...shares].reduce((sum, [name, share]) => sum + (name.startsWith("gemm/") ? share * stepMs : 0), 0);
  const reached = gemmFlops() / gemmMs / 1e6;
  print(
    `matrix products: ${(gemmFlops() / 1e6).toFixed(0)} MFLOP in ${gemmMs.toFixed(2)} ms, ${reached.toFixed(1)} GFLOP/s, ` +
      `${((100 * reached) / gflops).toFixed(0)} % of the ${gflops.toFixed(1)} of this process`,
  );
}
