// selfTest: every group of kernels on small odd sizes, against naive references in f64.

import { abortSignal, callback, checkOptions } from "../base/check.ts";
import { OptionError, type RuntimeInfo, runtimeInfo } from "../index.ts";
import { runStepsAsync } from "../runtime/steps.ts";
import { type Check, type CheckResult, type GroupedCheck, runCheck } from "./check.ts";
import { IMAGE_CHECKS } from "./image_checks.ts";
import { LAYER_CHECKS } from "./layer_checks.ts";
import { OP_CHECKS } from "./op_checks.ts";
import { OPTIMIZER_CHECKS } from "./optimizer_checks.ts";
import { RANDOM_CHECKS } from "./random_checks.ts";

export interface SelfTestOptions {
  /** Called after each check. */
  onCheck?: (result: CheckResult) => void;
  /** Ends it between two checks: the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
  /** Which checks to run; default all. */
  filter?: (check: { name: string; group: string }) => boolean;
}

export interface SelfTestReport {
  /** Whether every check passed. */
  passed: boolean;
  /** In the order in which they ran. */
  results: CheckResult[];
  seconds: number;
  /** The kernels and threads that they ran on; null where no kernels load, which is then what each check says. */
  runtime: RuntimeInfo | null;
}

const GROUPS: Readonly<Record<string, readonly Check[]>> = {
  operations: OP_CHECKS,
  layers: LAYER_CHECKS,
  "random numbers": RANDOM_CHECKS,
  images: IMAGE_CHECKS,
  optimizers: OPTIMIZER_CHECKS,
};

/** What selfTest runs, in its order. */
export const CHECKS: readonly GroupedCheck[] = Object.entries(GROUPS).flatMap(([group, checks]) =>
  checks.map((check) => ({ ...check, group })),
);

/**
 * Computes every operation, layer and optimizer on small inputs, forward and gradients, and compares the numbers with
 * those of plain f64 loops. A difference within what rounding explains passes. It takes about a second, on the kernels
 * and threads that are in use; every 25 ms it lets the event loop run, so that a page stays responsive.
 *
 * Whatever a check finds wrong, or throws, is in its result.
 *
 * @throws {OptionError} an unknown option, one that is no function, or a filter that leaves no check
 * @throws the signal's reason, once it is aborted
 * @example
 * const { passed, results } = await selfTest({ onCheck: ({ name, passed }) => console.log(name, passed) });
 */
export async function selfTest(options: SelfTestOptions = {}): Promise<SelfTestReport> {
  checkOptions("selfTest", options, { onCheck: callback, signal: abortSignal, filter: callback });
  const { onCheck, signal, filter = () => true } = options;
  const started = performance.now();
  const checks = CHECKS.filter(({ name, group }) => filter({ name, group }));
  if (checks.length === 0) {
    throw new OptionError(`selfTest: filter leaves none of the ${CHECKS.length} checks; let some through.`, {
      checks: CHECKS.length,
    });
  }
  const results: CheckResult[] = [];
  const onStep = (result: CheckResult): void => {
    results.push(result);
    onCheck?.(result);
  };
  await runStepsAsync(stepsOf(checks), { signal, onStep });
  return {
    passed: results.every(({ passed }) => passed),
    results,
    seconds: (performance.now() - started) / 1000,
    runtime: describeRuntime(),
  };
}

function* stepsOf(checks: readonly GroupedCheck[]): Generator<CheckResult, void> {
  for (const check of checks) yield runCheck(check);
}

function describeRuntime(): RuntimeInfo | null {
  try {
    return runtimeInfo();
  } catch {
    return null;
  }
}
