// MetricsLine: one line of a run's metrics.jsonl, a step or an epoch.

import { type Fields, numberOf, parseFields } from "../../lib/base/fields.ts";
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
 * @throws {DataError} it is damaged, or lacks a figure
 */
export function readMetricsLine(text: string, where: string): MetricsLine {
  const fields = parseFields(text);
  if (!fields) throw new DataError(`readMetricsLine: ${where} is damaged: it holds no JSON object.`, { where });
  const number = (name: string): number => figure(fields, name, where);
  switch (fields.kind) {
    case "step":
      return {
        ...{ kind: "step", step: number("step"), epoch: number("epoch") },
        ...{ loss: number("loss"), learningRate: number("learning_rate") },
      };
    case "epoch":
      return {
        ...{ kind: "epoch", epoch: number("epoch"), step: number("step") },
        ...{ trainLoss: number("train_loss"), trainAccuracy: number("train_accuracy") },
        ...{ validationLoss: number("validation_loss"), validationAccuracy: number("validation_accuracy") },
        ...{ learningRate: number("learning_rate"), seconds: number("seconds") },
        samplesPerSecond: number("samples_per_second"),
      };
    default:
      throw new DataError(`readMetricsLine: ${where} is of no kind that this version knows.`, {
        where,
        kind: fields.kind,
      });
  }
}

function figure(fields: Fields, name: string, where: string): number {
  const value = numberOf(fields[name]);
  if (value === null) {
    throw new DataError(`readMetricsLine: ${where} is damaged: ${name} is missing, or no number.`, { where, name });
  }
  return value;
}
