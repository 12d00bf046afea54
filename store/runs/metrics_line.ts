// MetricsLine: one line of a run's metrics.jsonl, a step or an epoch.

import { amountOf, countOf, numberOf, parseFields, partOf } from "../../lib/base/fields.ts";
import { DataError } from "../../lib/index.ts";

/** Some fifty an epoch. */
export interface StepLine {
  kind: "step";
  /** Of the run, from 1. */
  step: number;
  epoch: number;
  loss: number;
  learningRate: number;
}

export interface EpochLine {
  kind: "epoch";
  epoch: number;
  /** Of the run, from 1: the epoch's last. */
  step: number;
  trainLoss: number;
  trainAccuracy: number;
  validationLoss: number;
  validationAccuracy: number;
  learningRate: number;
  seconds: number;
  samplesPerSecond: number;
}

export type MetricsLine = StepLine | EpochLine;

/** @returns the line, without its end */
export function writeMetricsLine(line: MetricsLine): string {
  const { kind, step, epoch, learningRate } = line;
  if (kind === "step") return JSON.stringify({ kind, step, epoch, loss: line.loss, learning_rate: learningRate });
  const { trainLoss, trainAccuracy, validationLoss, validationAccuracy, seconds, samplesPerSecond } = line;
  return JSON.stringify({
    ...{ kind, epoch, step, train_loss: trainLoss, train_accuracy: trainAccuracy },
    ...{ validation_loss: validationLoss, validation_accuracy: validationAccuracy, learning_rate: learningRate },
    ...{ seconds, samples_per_second: samplesPerSecond },
  });
}

/**
 * @param where the line, for messages: "metrics.jsonl, line 3"
 * @throws {DataError} it is damaged, lacks a figure, or has one that no run comes to: an epoch 0, an accuracy of 2
 */
export function readMetricsLine(text: string, where: string): MetricsLine {
  const line = metricsLineOrProblem(text);
  if (typeof line === "string") throw new DataError(`readMetricsLine: ${where} ${line}.`, { where });
  return line;
}

/** What each figure must be, by its name in the line. */
const FIGURES = {
  epoch: fromOne,
  step: fromOne,
  loss: numberOf,
  train_loss: numberOf,
  train_accuracy: partOf,
  validation_loss: numberOf,
  validation_accuracy: partOf,
  learning_rate: amountOf,
  seconds: amountOf,
  samples_per_second: amountOf,
};

/** The same without an error to catch: a log may have very many bad lines. @returns what is wrong, behind "line 3 " */
export function metricsLineOrProblem(text: string): MetricsLine | string {
  const fields = parseFields(text);
  if (!fields) return "is damaged: it holds no JSON object";
  let missing: string | null = null;
  const figure = (name: keyof typeof FIGURES): number => {
    const value = FIGURES[name](fields[name]);
    if (value === null) missing ??= name;
    return value ?? 0;
  };
  const { kind } = fields;
  if (kind !== "step" && kind !== "epoch") return "is of no kind that this version knows";
  const place = { epoch: figure("epoch"), step: figure("step"), learningRate: figure("learning_rate") };
  const line: MetricsLine =
    kind === "step"
      ? { kind, ...place, loss: figure("loss") }
      : {
          ...{ kind, ...place, trainLoss: figure("train_loss"), trainAccuracy: figure("train_accuracy") },
          ...{ validationLoss: figure("validation_loss"), validationAccuracy: figure("validation_accuracy") },
          ...{ seconds: figure("seconds"), samplesPerSecond: figure("samples_per_second") },
        };
  return missing === null ? line : `is damaged: ${missing} is missing, or not what it should be`;
}

function fromOne(value: unknown): number | null {
  return countOf(value, 1);
}
