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
  const fields = parseFields(text);
  if (!fields) throw new DataError(`readMetricsLine: ${where} is damaged: it holds no JSON object.`, { where });
  const figure = (name: string, read: (value: unknown) => number | null): number => {
    const value = read(fields[name]);
    if (value !== null) return value;
    throw new DataError(`readMetricsLine: ${where} is damaged: ${name} is missing, or not what it should be.`, {
      ...{ where, name },
    });
  };
  const place = () => ({
    ...{ epoch: figure("epoch", fromOne), step: figure("step", fromOne) },
    learningRate: figure("learning_rate", amountOf),
  });
  switch (fields.kind) {
    case "step":
      return { kind: "step", ...place(), loss: figure("loss", numberOf) };
    case "epoch":
      return {
        ...{ kind: "epoch", ...place() },
        ...{ trainLoss: figure("train_loss", numberOf), trainAccuracy: figure("train_accuracy", partOf) },
        validationLoss: figure("validation_loss", numberOf),
        validationAccuracy: figure("validation_accuracy", partOf),
        ...{ seconds: figure("seconds", amountOf), samplesPerSecond: figure("samples_per_second", amountOf) },
      };
    default:
      throw new DataError(`readMetricsLine: ${where} is of no kind that this version knows.`, {
        where,
        kind: fields.kind,
      });
  }
}

function fromOne(value: unknown): number | null {
  return countOf(value, 1);
}
