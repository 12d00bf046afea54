// What simdgrad runs on here: versions, and what the host lets it use, with the reason where it does not.

import { availableParallelism, cpus, freemem, release, totalmem } from "node:os";
import process from "node:process";
import { matmul, noGrad, rand, runtimeInfo, scope, setThreads, supportsVariant, VERSION } from "../../lib/index.ts";
import { useFastKernels } from "../inputs/fast_kernels.ts";
import { formatBytes } from "../terminal/format.ts";
import { messageOf } from "../terminal/report_error.ts";
import { type Finding, fail, ok, type Section, warn } from "./finding.ts";

const OLDEST_NODE = 20;

/** @param isWide whether wide kernels may be used */
export async function examineHost(isWide: boolean): Promise<Section[]> {
  const versions = { title: "Versions", findings: describeVersions() };
  const hasRelaxed = supportsVariant("relaxed");
  const notWideBecause = await useFastKernels(isWide);
  const findings = [simd(), relaxed(hasRelaxed), wide(notWideBecause)];
  try {
    const { isMemoryShared, unsharedBecause } = runtimeInfo();
    findings.push(isMemoryShared ? ok("shared memory", "yes") : warn("shared memory", `no: ${unsharedBecause}`));
    findings.push(await threads());
  } catch (error) {
    findings.push(fail("kernels", `do not load: ${messageOf(error)}`));
  }
  findings.push(...permissions());
  return [versions, { title: "What is used", findings }];
}

/** What Node's permission model takes away, where it is on; what may not be read or written, those who try say. */
function permissions(): Finding[] {
  const { permission } = process as { permission?: { has(scope: string): boolean } };
  if (!permission) return [];
  const threads = permission.has("worker") ? "" : "; for threads start Node with --allow-worker";
  return [
    warn("permissions", `limited by Node's permission model: files are written but not flushed to the disk${threads}`),
  ];
}

function describeVersions(): Finding[] {
  const { node, v8 } = process.versions;
  const { model = "unknown" } = cpus()[0] ?? {};
  const isOld = Number(node.split(".")[0]) < OLDEST_NODE;
  return [
    ok("simdgrad", VERSION),
    isOld ? fail("Node", `${node}: too old, ${OLDEST_NODE} or newer is needed`) : ok("Node", `${node}, V8 ${v8}`),
    ok("platform", `${process.platform}-${process.arch}, ${release()}`),
    ok("processor", `${availableParallelism()} × ${model.trim()}`),
    ok("memory", `${formatBytes(freemem())} of ${formatBytes(totalmem())} free`),
  ];
}

function simd(): Finding {
  return supportsVariant("simd")
    ? ok("SIMD", "yes")
    : fail("SIMD", "no: this host's WebAssembly lacks it; use Node ≥ 20");
}

/** @param before whether it was there without a flag */
function relaxed(before: boolean): Finding {
  if (before) return ok("relaxed SIMD", "yes");
  if (supportsVariant("relaxed")) return ok("relaxed SIMD", "yes, by a flag that this program sets, as Node 20 needs");
  return warn(
    "relaxed SIMD",
    `no: V8 ${process.versions.v8} lacks it, so products are rounded before they are added, which is slower`,
  );
}

/** By a flag that most hosts lack: no warning where there is none. */
function wide(notBecause: string | null): Finding {
  return ok(
    "wide SIMD",
    notBecause === null ? "yes, by a flag that this program sets; the same bits" : `no: ${notBecause}`,
  );
}

/** Started, and proven to give the bits that one gives; one thread is left. */
async function threads(): Promise<Finding> {
  const alone = product();
  const count = await setThreads("auto");
  const { singleThreadBecause } = runtimeInfo();
  const together = product();
  await setThreads(1);
  if (count === 1)
    return warn("threads", `no: ${availableParallelism() === 1 ? "there is one processor" : singleThreadBecause}`);
  if (alone.every((value, i) => Object.is(value, together[i])))
    return ok("threads", `yes, ${count}; the same bits as one`);
  return fail("threads", `${count} give other numbers than one`);
}

function product(): Float32Array {
  const [m, k, n] = [37, 19, 23];
  return scope(() =>
    noGrad(() => Float32Array.from(matmul(rand([m, k], { seed: 1 }), rand([k, n], { seed: 2 })).data)),
  );
}
