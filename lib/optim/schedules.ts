// Schedules: the learning rate as a function of the step, counted from 0.

import { checkOption } from "../base/check_option.ts";
import { cosPi } from "../base/cos_pi.ts";

export type Schedule = (step: number) => number;

/**
 * The same rate throughout.
 *
 * @throws {OptionError} lr is not a finite number ≥ 0
 * @example constantLr({ lr: 1e-3 })
 */
export function constantLr({ lr }: { lr: number }): Schedule {
  checkRate("constantLr", "lr", lr);
  return () => lr;
}

/**
 * lr · factor^⌊step/every⌋: PyTorch's StepLR.
 *
 * @param options.every  steps between cuts, integer ≥ 1
 * @param options.factor > 0; default 0.1
 * @throws {OptionError} an option outside its range
 * @example stepLr({ lr: 0.1, every: 1000 }) // 0.1 for 1000 steps, then 0.01, 0.001 …
 */
export function stepLr({ lr, every, factor = 0.1 }: { lr: number; every: number; factor?: number }): Schedule {
  checkRate("stepLr", "lr", lr);
  checkCount("stepLr", "every", every, 1);
  checkOption("stepLr", "factor", factor, (value) => value > 0 && Number.isFinite(value), "finite and > 0");
  return (step) => {
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
 * @throws {OptionError} an option outside its range
 *
 * Source: Loshchilov & Hutter 2017, SGDR, arXiv:1608.03983.
 * @example cosineLr({ lr: 1e-3, totalSteps: epochs * batches.length, warmupSteps: 100 })
 */
export function cosineLr(options: { lr: number; totalSteps: number; warmupSteps?: number; minLr?: number }): Schedule {
  const { lr, totalSteps, warmupSteps = 0, minLr = 0 } = options;
  checkRate("cosineLr", "lr", lr);
  checkRate("cosineLr", "minLr", minLr);
  checkCount("cosineLr", "totalSteps", totalSteps, 1);
  checkCount("cosineLr", "warmupSteps", warmupSteps, 0, totalSteps);
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
 * @throws {OptionError} an option outside its range
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
  const { maxLr, totalSteps, pctStart = 0.3, divFactor = 25, finalDivFactor = 1e4 } = options;
  checkRate("oneCycleLr", "maxLr", maxLr);
  checkCount("oneCycleLr", "totalSteps", totalSteps, 1);
  checkOption("oneCycleLr", "pctStart", pctStart, (value) => value >= 0 && value <= 1, "in [0, 1]");
  checkOption("oneCycleLr", "divFactor", divFactor, (value) => value >= 1 && Number.isFinite(value), "finite and ≥ 1");
  checkOption("oneCycleLr", "finalDivFactor", finalDivFactor, (f) => f >= 1 && Number.isFinite(f), "finite and ≥ 1");
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

function checkRate(owner: string, name: string, value: number): void {
  checkOption(owner, name, value, (rate) => rate >= 0 && Number.isFinite(rate), "a finite number ≥ 0");
}

function checkCount(owner: string, name: string, value: number, min: number, max = Number.MAX_SAFE_INTEGER): void {
  const range = max === Number.MAX_SAFE_INTEGER ? `≥ ${min}` : `from ${min} to ${max}`;
  checkOption(owner, name, value, (n) => Number.isInteger(n) && n >= min && n <= max, `an integer ${range}`);
}
