// TrainEvent: what a training run tells programs as it goes, one JSON object a line.

import { check, object, type Rule, string } from "../lib/base/check.ts";
import { DataError } from "../lib/base/errors.ts";
import { amountOf, countOf, type Fields, fieldsOf, numberOf, parseFields, partOf, textOf } from "../lib/base/fields.ts";
import { printable } from "../lib/base/printable.ts";

/** A run began or resumed. */
export interface StartEvent {
  event: "start";
  model: string;
  dataset: string;
  /** As in `TrainedOn`: "MNIST", "MNIST's first 10,000"; null in lines of earlier versions. */
  trainedOn: string | null;
  datasetSha256: string;
  /** What one must know of the data; null where there is nothing. */
  notice: string | null;
  /** Where the run is kept. */
  run: string;
  /** How far it was when it was resumed; null for a new run. */
  resumedAt: { epoch: number; step: number } | null;
}

export interface EpochEvent {
  event: "epoch";
  model: string;
  epoch: number;
  trainLoss: number;
  validationLoss: number;
  validationAccuracy: number;
  samplesPerSecond: number;
  seconds: number;
}

export interface DoneEvent {
  event: "done";
  model: string;
  dataset: string;
  /** As in `StartEvent`. */
  trainedOn: string | null;
  testImages: number;
  /** Whose weights were kept, and its validation accuracy. */
  epoch: number | null;
  validationAccuracy: number | null;
  /** Why there were fewer epochs than planned; null where there were not. */
  stopped: string | null;
  testAccuracy: number;
  testLoss: number;
  parameters: number;
  /** Of all parts of the run. */
  seconds: number;
  checkpoint: string;
  weightsSha256: string;
}

export interface InterruptedEvent {
  event: "interrupted";
  model: string;
  /** The weights of the epoch kept so far; null where none has ended. */
  checkpoint: string | null;
  /** The command that resumes it; null where nothing is kept. */
  resume: string | null;
}

export interface FailedEvent {
  event: "failed";
  model: string;
  run: string;
  error: string;
}

export type TrainEvent = StartEvent | EpochEvent | DoneEvent | InterruptedEvent | FailedEvent;

/** The names that differ between an event and its line. */
const LINE_NAMES: Readonly<Record<string, string>> = {
  validationLoss: "val_loss",
  validationAccuracy: "val_accuracy",
};

const VALUE: Rule = {
  says: "a string, a number, null, or an epoch and a step",
  holds: (value) => {
    if (value === null || value === undefined || typeof value === "string" || typeof value === "number") return true;
    const { epoch, step } = Object(value) as { epoch?: unknown; step?: unknown };
    return typeof value === "object" && typeof epoch === "number" && typeof step === "number";
  },
};

/** @returns the event as a line, without its end */
export function writeTrainEvent(event: TrainEvent): string {
  check("writeTrainEvent", "event", event, object);
  for (const [name, value] of Object.entries(event)) check("writeTrainEvent", name, value, VALUE);
  const entries = Object.entries(event).filter(([name, value]) => !(name === "resumedAt" && value === null));
  return JSON.stringify(Object.fromEntries(entries.map(([name, value]) => [lineName(name), value])));
}

function lineName(name: string): string {
  if (Object.hasOwn(LINE_NAMES, name)) return LINE_NAMES[name];
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * @param line as `writeTrainEvent` gives it
 * @throws {DataError} the line is not one of an event, lacks a part of it, or has one that no run comes to: an accuracy of 2
 * @example for (const line of lines) if (readTrainEvent(line).event === "done") …
 */
export function readTrainEvent(line: string): TrainEvent {
  check("readTrainEvent", "line", line, string);
  const fields = parseFields(line);
  if (!fields) throw new DataError("readTrainEvent: the line holds no JSON object.", { line: line.slice(0, 200) });
  const [read, kind] = [new EventReader(fields), fields.event];
  const model = read.text("model");
  switch (kind) {
    case "start": {
      const { dataset, datasetSha256, run } = read.texts("dataset", "datasetSha256", "run");
      const resumedAt = resumptionOf(fields.resumed_at);
      const trainedOn = textOf(fields.trained_on);
      return { event: kind, model, dataset, trainedOn, datasetSha256, notice: textOf(fields.notice), run, resumedAt };
    }
    case "epoch":
      return {
        ...{ event: kind, model, epoch: read.count("epoch"), trainLoss: read.number("trainLoss") },
        ...{ validationLoss: read.number("validationLoss"), validationAccuracy: read.part("validationAccuracy") },
        ...{ samplesPerSecond: read.amount("samplesPerSecond"), seconds: read.amount("seconds") },
      };
    case "done": {
      const { dataset, checkpoint, weightsSha256 } = read.texts("dataset", "checkpoint", "weightsSha256");
      return {
        ...{ event: kind, model, dataset, trainedOn: textOf(fields.trained_on), testImages: read.count("testImages") },
        epoch: countOf(fields.epoch, 1),
        ...{ validationAccuracy: partOf(fields.val_accuracy), stopped: textOf(fields.stopped) },
        ...{ testAccuracy: read.part("testAccuracy"), testLoss: read.amount("testLoss") },
        ...{ parameters: read.count("parameters"), seconds: read.amount("seconds"), checkpoint, weightsSha256 },
      };
    }
    case "interrupted":
      return { event: kind, model, checkpoint: textOf(fields.checkpoint), resume: textOf(fields.resume) };
    case "failed":
      return { event: kind, model, ...read.texts("run", "error") };
    default:
      throw new DataError(`readTrainEvent: there is no event ${printable(kind)}.`, { kind });
  }
}

/** @param value null, or nothing, for a new run */
function resumptionOf(value: unknown): StartEvent["resumedAt"] {
  if (value === undefined || value === null) return null;
  const at = new EventReader(fieldsOf(value), "resumed_at.");
  return { epoch: at.count("epoch"), step: at.count("step", 0) };
}

class EventReader {
  /** @param prefix what stands before a field's name in messages */
  constructor(
    private readonly fields: Fields,
    private readonly prefix = "",
  ) {}

  number(name: string): number {
    return this.required(name, numberOf(this.fields[lineName(name)]));
  }

  /** From 1. */
  count(name: string, low = 1): number {
    return this.required(name, countOf(this.fields[lineName(name)], low));
  }

  amount(name: string): number {
    return this.required(name, amountOf(this.fields[lineName(name)]));
  }

  part(name: string): number {
    return this.required(name, partOf(this.fields[lineName(name)]));
  }

  text(name: string): string {
    return this.required(name, textOf(this.fields[lineName(name)]));
  }

  texts<N extends string>(...names: N[]): Record<N, string> {
    return Object.fromEntries(names.map((name) => [name, this.text(name)])) as Record<N, string>;
  }

  private required<T>(name: string, value: T | null): T {
    if (value !== null) return value;
    throw new DataError(`readTrainEvent: ${this.prefix}${lineName(name)} is missing, or not what it should be.`, {
      event: this.fields.event,
      name,
    });
  }
}
