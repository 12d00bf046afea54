// A run's metrics.jsonl: a line for each epoch, and some fifty for the steps of each.

import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { EpochReport, StepReport } from "../lib/index.ts";
import { describeSystemError } from "./report_error.ts";

const METRICS_FILE = "metrics.jsonl";
const STEP_LINES = 50;

/** Only ever appended to, but for what an interrupted run wrote after its last state: that comes again. */
export class MetricsFile {
  /** How long it is. */
  bytes: number;
  private readonly path: string;
  private readonly file: number;

  /** @param keptBytes what is kept of an earlier half of the run; 0 for a new one */
  constructor(folder: string, keptBytes: number) {
    this.path = join(folder, METRICS_FILE);
    try {
      this.file = openSync(this.path, "a");
      const { size } = fstatSync(this.file);
      // Shorter than that, somebody took lines away: the rest is worth having all the same.
      this.bytes = Math.min(size, keptBytes);
      ftruncateSync(this.file, this.bytes);
    } catch (error) {
      throw this.failure(error);
    }
  }

  /** One in so many steps that there are about fifty an epoch. */
  step({ epoch, step, stepsPerEpoch, loss, learningRate }: StepReport): void {
    if (step % Math.ceil(stepsPerEpoch / STEP_LINES) !== 0) return;
    const stepOfRun = (epoch - 1) * stepsPerEpoch + step;
    this.append({ kind: "step", step: stepOfRun, epoch, loss, learning_rate: learningRate });
  }

  /** @param step of the run, counted from 1: the epoch's last */
  epoch(report: EpochReport, step: number): void {
    const { epoch, trainLoss, trainAccuracy, validationLoss, validationAccuracy, learningRate } = report;
    this.append({
      ...{ kind: "epoch", epoch, step, train_loss: trainLoss, train_accuracy: trainAccuracy },
      ...{ validation_loss: validationLoss, validation_accuracy: validationAccuracy, learning_rate: learningRate },
      ...{ seconds: report.seconds, samples_per_second: report.samplesPerSecond },
    });
  }

  /** Makes sure that all lines so far outlast this process, and the machine. */
  flush(): void {
    try {
      fsyncSync(this.file);
    } catch (error) {
      throw this.failure(error);
    }
  }

  close(): void {
    closeSync(this.file);
  }

  private append(line: object): void {
    const bytes = new TextEncoder().encode(`${JSON.stringify(line)}\n`);
    try {
      for (let at = 0; at < bytes.length; ) {
        const taken = writeSync(this.file, bytes, at);
        if (taken === 0) throw new Error("the system takes no more");
        at += taken;
      }
    } catch (error) {
      throw this.failure(error);
    }
    this.bytes += bytes.length;
  }

  private failure(error: unknown): Error {
    return new Error(`${describeSystemError(`cannot write ${this.path}`, error)}.`);
  }
}
