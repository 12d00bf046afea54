// Service: what answers requests, whatever brought them: models, the queue before them, and what decodes pictures.

import type { DigitsReading, PreprocessedDigit } from "../data/index.ts";
import {
  type Answer,
  blankAnswer,
  chooseDigits,
  chooseReading,
  digitsOf,
  type Judgement,
  type LocatedAnswer,
  mostProbable,
  readingsOf,
} from "../models/index.ts";
import { Problem } from "./http/problem.ts";
import { ImageQueue, type JobOutput } from "./inference/image_queue.ts";
import { normalisedImages } from "./inference/normalised_images.ts";
import { CLASSES, type ServedModel } from "./inference/served_model.ts";
import { ServedModels } from "./inference/served_models.ts";
import type { Departure, WorkLimits } from "./inference/work_limits.ts";
import { type Log, makeLog } from "./log/log.ts";
import type { MetricsReader } from "./metrics/metrics_reader.ts";
import { type InferenceOutcome, type InferenceTimes, type Observer, observers } from "./metrics/observer.ts";
import type { ServeSettings } from "./options.ts";
import { DecodingPictureReader } from "./pictures/decoding_picture_reader.ts";
import type { PictureReader } from "./pictures/picture_reader.ts";
import { MAX_WAITING } from "./pictures/picture_thread.ts";

export interface ServiceParts {
  settings: ServeSettings;
  log?: Log;
  observers?: readonly Observer[];
  /** Who answers /metrics and the statistics of the Open Inference Protocol; default nobody does. */
  metrics?: MetricsReader | null;
  /** Which of `settings.workers` this process is, from 0; default 0. */
  worker?: number;
}

export class Service {
  readonly settings: ServeSettings;
  readonly log: Log;
  readonly models: ServedModels;
  readonly queue: ImageQueue<ServedModel>;
  readonly pictures: PictureReader;
  readonly observer: Required<Observer>;
  readonly metrics: MetricsReader | null;
  readonly worker: number;
  /** Whether new requests are welcome: what /v2/health/ready says. */
  isReady = true;

  /** @throws {CheckpointError} a network's current version cannot be loaded */
  constructor({
    settings,
    log = makeLog({ level: settings.logLevel, withAddress: settings.logAddresses }),
    observers: told = [],
    metrics = null,
    worker = 0,
  }: ServiceParts) {
    this.settings = settings;
    this.log = log;
    this.observer = observers(told);
    this.metrics = metrics;
    this.worker = worker;
    this.models = new ServedModels({
      outputs: settings.outputs,
      log,
      onPromoted: ({ name, version }) => this.observer.promoted({ model: name, version }),
    });
    this.queue = new ImageQueue({
      maxImages: settings.maxQueue,
      maxDelayMs: settings.maxQueueDelayMs,
      onBatch: ({ runner, images, seconds }) =>
        this.observer.executed({ model: runner.name, version: runner.version, images, seconds }),
    });
    const maxWaiting = Math.max(MAX_WAITING, settings.maxImages); // A request's JPEGs come all at once.
    this.pictures = new DecodingPictureReader({ maxPixels: settings.maxPixels, maxWaiting });
  }

  /** Images that wait, to be decoded or for the network. */
  get queuedImages(): number {
    return this.queue.length + this.pictures.waiting;
  }

  /** @throws {Problem} 503 where what waits leaves no room for so many images, 413 where there is never so much; for who asks before the work */
  checkRoom(count: number): void {
    this.queue.checkRoom(count, this.pictures.waiting);
  }

  /** Answers for pictures of digits, in their order; blank ones take no part in any batch, those with several readings take several. */
  async readDigits(model: ServedModel, pictures: readonly PreprocessedDigit[], work: InferenceWork): Promise<Answer[]> {
    const readings = pictures.map(readingsOf);
    const judgements = await this.judge(model, readings.flat(), work);
    return pictures.map(({ warnings }, i) => {
      if (readings[i].length === 0) return blankAnswer(warnings);
      const own = judgements.splice(0, readings[i].length);
      const answer = chooseReading(readings[i].map((reading, k) => ({ ...reading, ...own[k] })));
      this.tellPredicted(model, answer.probabilities);
      return answer;
    });
  }

  /**
   * All digits of each picture, in reading order; every mark that may be one takes its part in a batch.
   *
   * @throws {Problem} 413 a picture holds more than 256 such marks
   */
  async readAllDigits(
    model: ServedModel,
    pictures: readonly (readonly DigitsReading[])[],
    work: InferenceWork,
  ): Promise<LocatedAnswer[][]> {
    const readings = pictures.map(likeliest);
    const digits = readings.map(digitsOf);
    const judgements = await this.judge(model, digits.flat(), work);
    return readings.map((each, i) => {
      const answers = chooseDigits(each, judgements.splice(0, digits[i].length));
      for (const { probabilities } of answers) this.tellPredicted(model, probabilities);
      return answers;
    });
  }

  /** What the network makes of each. */
  private async judge(
    model: ServedModel,
    readings: readonly { readonly pixels: Uint8Array }[],
    work: InferenceWork,
  ): Promise<Judgement[]> {
    if (readings.length === 0) return [];
    const output = await this.runImages(model, normalisedImages(readings.map(({ pixels }) => pixels)), work);
    return readings.map(({ pixels }, row) => {
      const [from, to] = [row * CLASSES, (row + 1) * CLASSES];
      const { isDigit, reason } = model.likeness?.judge(pixels, output.logits.subarray(from, to)) ?? UNKNOWN;
      const probabilities = Array.from(output.probabilities.subarray(from, to));
      return { probabilities, isDigit, reason, latencyMs: output.computedMs };
    });
  }

  /** Through the queue and the network. @param deadlineMs of its own, where that of the request is not meant */
  async runImages(
    model: ServedModel,
    images: Float32Array,
    { limits, times }: InferenceWork,
    deadlineMs = limits.deadlineMs,
  ): Promise<JobOutput> {
    const output = await this.queue.submit({ runner: model, images, signal: limits.signal, deadlineMs });
    times.queue = output.queuedMs / 1000;
    times.computeInfer = output.computedMs / 1000;
    return output;
  }

  /** Tells the observers which digit was read. @param probabilities of one image */
  tellPredicted({ name, version }: ServedModel, probabilities: ArrayLike<number>): void {
    const digit = mostProbable(probabilities);
    this.observer.predicted({ model: name, version, digit, confidence: probabilities[digit] });
  }

  /** Runs a request for inference, from its first byte on, and tells the observers how it went. */
  async infer<T>(model: ServedModel, client: Client, run: (work: InferenceWork) => Promise<T>): Promise<T> {
    this.observer.asked({ model: model.name, version: model.version });
    const { signal, startedMs } = client;
    const work: InferenceWork = {
      limits: { signal, deadlineMs: startedMs + 1000 * this.settings.timeoutSeconds },
      images: 0,
      times: { ...NO_TIMES },
    };
    let outcome: InferenceOutcome = "OTHER";
    try {
      const answer = await run(work);
      outcome = "success";
      return answer;
    } catch (error) {
      outcome = outcomeOf(error);
      throw error;
    } finally {
      this.tellInferred(model, client, outcome, work);
    }
  }

  /** Tells the observers of a request for inference that ended before it was read. */
  tellUnread(model: ServedModel, client: Client, error: unknown): void {
    this.observer.asked({ model: model.name, version: model.version });
    this.tellInferred(model, client, outcomeOf(error), { images: 0, times: NO_TIMES });
  }

  private tellInferred(
    { name, version }: ServedModel,
    { startedMs }: Client,
    outcome: InferenceOutcome,
    { images, times }: Pick<InferenceWork, "images" | "times">,
  ): void {
    const seconds = { ...times, request: (performance.now() - startedMs) / 1000 };
    this.observer.inferred({ model: name, version, images, outcome, seconds });
  }

  /** When nothing is left to do. */
  async close(): Promise<void> {
    this.models.close();
    await this.queue.whenIdle();
    await this.pictures.close();
  }
}

/** Where the checkpoint does not say what a digit looks like. */
const UNKNOWN = { isDigit: null, reason: null };
/** Of one picture, that the network is to look at: a large sheet of digits, and no picture of dots. */
const MOST_MARKS = 256;

/** As many of the ways to read a picture as fit. */
function likeliest(readings: readonly DigitsReading[]): readonly DigitsReading[] {
  let marks = 0;
  const kept = readings.filter((reading) => {
    marks += digitsOf([reading]).length;
    return marks <= MOST_MARKS;
  });
  if (kept.length > 0 || readings.length === 0) return kept;
  const count = digitsOf(readings.slice(0, 1)).length;
  const what = `a picture holds ${count} marks that may be digits; at most ${MOST_MARKS} are read. Send it in parts.`;
  throw new Problem(413, what, { reason: "body_too_large" });
}

/** Who asked, and when. */
export interface Client {
  readonly signal: Departure;
  /** When the first bytes of its request were there, on the clock of performance.now(). */
  readonly startedMs: number;
}

const NO_TIMES: Readonly<InferenceTimes> = { request: 0, queue: 0, computeInput: 0, computeInfer: 0, computeOutput: 0 };

/** A request for inference as it goes along; what runs it fills in images and times. */
export interface InferenceWork {
  readonly limits: WorkLimits;
  images: number;
  times: InferenceTimes;
}

function outcomeOf(error: unknown): InferenceOutcome {
  if (!(error instanceof Problem)) return "BACKEND";
  if (error.reason === "queue_full" || error.reason === "deadline") return "REJECTED";
  return error.reason === "cancelled" ? "CANCELED" : "OTHER";
}
