// What a training run went through.

import { boolean, check, checkFields, checkOptions, list, number, required } from "../base/check.ts";

export interface EpochReport {
  /** From 1. */
  epoch: number;
  /** Mean loss per sample over the epoch's steps, each taken before its update, in training mode. */
  trainLoss: number;
  /** The fraction classified correctly in those same steps: dropout included, so it may lie below the validation's. NaN for targets. */
  trainAccuracy: number;
  validationLoss: number;
  /** In [0, 1]; NaN for targets. */
  validationAccuracy: number;
  /** The whole epoch, validation included. */
  seconds: number;
  /** Training samples a second, validation left out. */
  samplesPerSecond: number;
  /** That of the epoch's last step. */
  learningRate: number;
}

/** @internal All that a report says, in the order in which a state holds it. */
export const EPOCH_FIELDS = [
  "epoch",
  "trainLoss",
  "trainAccuracy",
  "validationLoss",
  "validationAccuracy",
  "seconds",
  "samplesPerSecond",
  "learningRate",
] as const satisfies readonly (keyof EpochReport)[];

export interface StepReport {
  epoch: number;
  /** Within the epoch, from 1. */
  step: number;
  /** Steps per epoch. */
  stepsPerEpoch: number;
  /** Mean loss of the batch. */
  loss: number;
  learningRate: number;
  /** Training samples a second since the epoch began. */
  samplesPerSecond: number;
}

export interface History {
  epochs: EpochReport[];
  /** The epoch of the highest validation accuracy, the lower loss among equals, or for targets the lowest loss; null before the first ends. */
  best: EpochReport | null;
  /** The epoch whose weights the model holds once `fit` is done: the best, or with `restoreBest: false` the last. */
  kept: EpochReport | null;
  /** Why there were fewer epochs than planned; null where that is not so. */
  stopped: Stopped | null;
}

export interface Stopped {
  /** The option that stopped it. A run that `maxSeconds` stopped can be resumed. */
  by: "patience" | "maxSeconds";
  /** "no better validation in 3 epochs" */
  why: string;
  /** How many steps it made of the epoch that it stopped within; 0: it stopped between two. */
  step: number;
}

/** @internal @throws {OptionError} they are no array, or one of them has a field that is no number */
export function checkReports(op: string, epochs: readonly EpochReport[]): void {
  check(op, "epochs", epochs, list);
  const rules = Object.fromEntries(EPOCH_FIELDS.map((field) => [field, required(number)]));
  for (const [i, report] of epochs.entries()) checkFields(op, `epochs[${i}]`, report, rules);
}

/** Whether `a` did better on the validation set than `b`. */
export function isBetter(a: EpochReport, b: EpochReport | null): boolean {
  if (!b) return true;
  // Of targets both accuracies are NaN.
  if (!Object.is(a.validationAccuracy, b.validationAccuracy)) return a.validationAccuracy > b.validationAccuracy;
  return a.validationLoss < b.validationLoss;
}

/** The best of them; null for no epochs. */
function bestEpoch(epochs: readonly EpochReport[]): EpochReport | null {
  let best: EpochReport | null = null;
  for (const report of epochs) if (isBetter(report, best)) best = report;
  return best;
}

/**
 * The history of a run that has ended these epochs and is to be resumed.
 *
 * @param restoreBest as the trainer has it
 * @example trainer.history = historyOf(state.epochs, { restoreBest: true })
 */
export function historyOf(epochs: readonly EpochReport[], options: { restoreBest?: boolean } = {}): History {
  checkReports("historyOf", epochs);
  checkOptions("historyOf", options, { restoreBest: boolean });
  const { restoreBest = true } = options;
  const best = bestEpoch(epochs);
  return { epochs: [...epochs], best, kept: restoreBest ? best : (epochs.at(-1) ?? null), stopped: null };
}

/** @internal Why `patience` ends a run that went through this, if it does. */
export function patienceEnds({ epochs, best }: History, patience: number | undefined): Stopped | null {
  const since = epochs.length - (best ? epochs.indexOf(best) + 1 : 0);
  if (patience === undefined || since < patience) return null;
  return { by: "patience", why: `no better validation in ${since} epoch${since === 1 ? "" : "s"}`, step: 0 };
}
