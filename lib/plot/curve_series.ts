// What a training run went through, as series of points.

import type { EpochReport, History } from "../train/history.ts";
import type { Role } from "./palette.ts";
import { extremes, isDrawable, type Point, runningMean, type Series } from "./series.ts";

/** A training step, as `StepReport` has it. */
export interface StepPoint {
  epoch: number;
  /** Within the epoch, from 1. */
  step: number;
  /** Default: the highest step there is. */
  stepsPerEpoch?: number;
  loss: number;
  learningRate: number;
}

export interface RunSeries {
  readonly loss: readonly Series[];
  /** Single steps. */
  readonly stepLoss: readonly Series[];
  /** In per cent. */
  readonly accuracy: readonly Series[];
  readonly rate: Series;
  readonly stepsPerEpoch: number;
}

/** A line has as many points as its pixels can show. */
const MAX_POINTS = 300;

/**
 * An epoch's values lie at its end, where it was validated. With steps, the training loss is their running mean, and
 * the epoch's where none was kept: at its middle, since it is a mean as well.
 */
export function runSeries({ epochs }: Pick<History, "epochs">, steps: readonly StepPoint[]): RunSeries {
  const stepsPerEpoch = steps.reduce((most, { step, stepsPerEpoch: n = step }) => Math.max(most, n), 1);
  const pointsOf = (key: "loss" | "learningRate"): Point[] =>
    steps.map((point) => ({ x: point.epoch - 1 + point.step / (point.stepsPerEpoch ?? stepsPerEpoch), y: point[key] }));
  const series = (name: string, colour: Role, key: keyof EpochReport, factor = 1): Series => ({
    name,
    colour,
    isJudged: colour === "orange",
    points: epochs.map((report) => ({
      x: report.epoch,
      y: isDrawable(report[key]) ? factor * report[key] : Number.NaN,
    })),
  });
  const stepLoss = pointsOf("loss");
  const hasSteps = new Set(steps.map(({ epoch }) => epoch));
  const others = epochs.filter(({ epoch }) => !hasSteps.has(epoch));
  const trainLoss = (): Series => {
    const radius = Math.min(Math.floor(steps.length / 60), Math.floor(stepsPerEpoch / 4));
    const means = others.map(({ epoch, trainLoss }) => ({ x: epoch - 0.5, y: trainLoss }));
    return inOrder("training", [...means, ...runningMean(stepLoss, radius, MAX_POINTS)]);
  };
  const stepRate = (): Series => {
    const rates = others.map(({ epoch, learningRate }) => ({ x: epoch, y: learningRate }));
    return inOrder("", [...rates, ...extremes(pointsOf("learningRate"), MAX_POINTS)]);
  };
  const isByStep = steps.length > 0;
  return {
    loss: [
      isByStep ? trainLoss() : series("training", "blue", "trainLoss"),
      series("validation", "orange", "validationLoss"),
    ],
    stepLoss: isByStep ? [inOrder("", extremes(stepLoss, MAX_POINTS))] : [],
    accuracy: [
      series("training", "blue", "trainAccuracy", 100),
      series("validation", "orange", "validationAccuracy", 100),
    ],
    rate: isByStep ? stepRate() : series("", "blue", "learningRate"),
    stepsPerEpoch,
  };
}

function inOrder(name: string, points: Point[]): Series {
  return { name, colour: "blue", points: points.sort((a, b) => a.x - b.x) };
}
