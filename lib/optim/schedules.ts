// Schedules: the learning rate as a function of the step, counted from 0.

import { check, checkOptions, integer, nonNegative, positive, type Rule, required, upTo1 } from "../base/check.ts";
import { cosPi } from "../base/cos_pi.ts";

export type Schedule = (step: number) => number;

/** Cuts of a learning rate, one after another, that take no noticeable time. */
const MAX_CUTS = 2 ** 24;

/**
 * The same rate throughout.
 *
 * @throws {OptionError} lr is not a finite number ≥ 0, or an option of another name
 * @example constantLr({ lr: 1e-3 })
 */
export function constantLr(options: { lr: number }): Schedule {
  checkOptions("constantLr", options, { lr: required(nonNegative) });
  const { lr } = options;
  return () => lr;
}

/**
 * lr · factor^⌊step/every⌋: PyTorch's StepLR.
 *
 * @param options.every  steps between cuts, integer ≥ 1
 * @param options.factor > 0; default 0.1
 * @throws {OptionError} an option outside its range or of another name; later, a step beyond 2²⁴ cuts
 * @example stepLr({ lr: 0.1, every: 1000 }) // 0.1 for 1000 steps, then 0.01, 0.001 …
 */
export function stepLr(options: { lr: number; every: number; factor?: number }): Schedule {
  checkOptions("stepLr", options, { lr: required(nonNegative), every: required(integer(1)), factor: positive });
  const { lr, every, factor = 0.1 } = options;
  // Each cut is one product, so that no engine rounds the power otherwise.
  const last = Math.min(every * MAX_CUTS, Number.MAX_SAFE_INTEGER);
  const rule = { says: `a number up to ${last}`, holds: (value: unknown) => Number(value) <= last };
  return (step) => {
    check("stepLr", "step", step, rule);
    let rate = lr;
    for (let cut = every; cut <= step; cut += every) rate *= factor;
    return rate;
  };
}

/**
 * A linear warm-up, then half a cosine: lr·(step + 1)/warmupSteps for the first warmupSteps steps, then from
 * lr to minLr, minLr + (lr − minLr)·(1 + cos(π·t))/2, t from 0 to 1 at totalSteps; minLr from there on.
 * Without a warm-up PyTorch's CosineAnnealingLR with T_max = totalSteps.
 *
 * @param options.totalSteps  steps in all, integer ≥ 1
 * @param options.warmupSteps of these, integer from 0 to totalSteps; default 0
 * @param options.minLr       default 0
 * @throws {OptionError} an option outside its range or of another name
 *
 * Source: Loshchilov & Hutter 2017, SGDR, arXiv:1608.03983.
 * @example cosineLr({ lr: 1e-3, totalSteps: epochs * batches.length, warmupSteps: 100 })
 */
export function cosineLr(options: { lr: number; totalSteps: number; warmupSteps?: number; minLr?: number }): Schedule {
  checkOptions("cosineLr", options, {
    lr: required(nonNegative),
    totalSteps: required(integer(1)),
    warmupSteps: integer(0),
    minLr: nonNegative,
  });
  const { lr, totalSteps, warmupSteps = 0, minLr = 0 } = options;
  check("cosineLr", "warmupSteps", warmupSteps, integer(0, totalSteps));
  return (step) => {
    if (step < warmupSteps) return (lr * (step + 1)) / warmupSteps;
    return anneal(lr, minLr, step >= totalSteps ? 1 : (step - warmupSteps) / (totalSteps - warmupSteps));
  };
}

/**
 * One cycle: up from maxLr/divFactor to maxLr over the first part of the steps, then down to
 * maxLr/divFactor/finalDivFactor, both along half a cosine: PyTorch's OneCycleLR with its default
 * anneal_strategy. After the last step it stays there.
 *
 * @param options.totalSteps     steps in all, integer ≥ 1
 * @param options.pctStart       the part that rises, in [0, 1]; default 0.3
 * @param options.divFactor      ≥ 1; default 25
 * @param options.finalDivFactor ≥ 1; default 1e4
 * @throws {OptionError} an option outside its range or of another name
 *
 * Source: Smith & Topin 2018, Super-convergence, arXiv:1708.07120.
 * @example oneCycleLr({ maxLr: 1e-2, totalSteps: epochs * batches.length })
 */
export function oneCycleLr(options: {
  maxLr: number;
  totalSteps: number;
  pctStart?: number;
  divFactor?: number;
  finalDivFactor?: number;
}): Schedule {
  const divisor: Rule = {
    says: "a finite number ≥ 1",
    holds: (value) => nonNegative.holds(value) && Number(value) >= 1,
  };
  checkOptions("oneCycleLr", options, {
    maxLr: required(nonNegative),
    totalSteps: required(integer(1)),
    pctStart: upTo1,
    divFactor: divisor,
    finalDivFactor: divisor,
  });
  const { maxLr, totalSteps, pctStart = 0.3, divFactor = 25, finalDivFactor = 1e4 } = options;
  const startLr = maxLr / divFactor;
  const endLr = startLr / finalDivFactor;
  const peak = Math.max(0, pctStart * totalSteps - 1);
  const last = totalSteps - 1;
  return (step) => {
    if (step >= last) return endLr;
    return step < peak ? anneal(startLr, maxLr, step / peak) : anneal(maxLr, endLr, (step - peak) / (last - peak));
  };
}

/** From `start` at t = 0 to `end` at t = 1, along half a cosine. */
function anneal(start: number, end: number, t: number): number {
  return end + ((start - end) / 2) * (1 + cosPi(t));
}
