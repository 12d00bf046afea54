// What `mnist compare` prints.

import { type Disagreement, networkOf, SPEED_BATCH, type Speed } from "../../models/index.ts";
import type { LoadedModel, TrainingTime } from "../../store/checkpoints/load_model.ts";
import { describeOrigin } from "../inputs/asked_model.ts";
import { columnTable } from "../terminal/columns.ts";
import { formatCount, formatDuration, formatPercent, printable, shortDigest } from "../terminal/format.ts";
import type { TerminalStream } from "../terminal/terminal.ts";
import { formatQuantity, kibibytes, milliseconds, throughput } from "./quantities.ts";

export interface Contestant extends Speed {
  model: LoadedModel;
  parameters: number;
  fileBytes: number;
  /** What its run recorded; null where nobody wrote it down. */
  training: TrainingTime | null;
  errors: number;
  accuracy: number;
}

export interface About {
  dataset: string;
  images: number;
  sha256: string;
  kernels: string;
  threads: number;
}

/** Unlike the other times, which are measured here. */
const TRAINING = "training, as recorded";

export function describeThreads(threads: number | null): string {
  if (threads === null) return "threads unknown";
  return threads === 1 ? "one thread" : `${threads} threads`;
}

/** Time and threads together where two columns leave room for that. */
function trainingRows(contestants: readonly Contestant[]): { label: string; values: string[] }[] {
  const time = (training: TrainingTime | null): string =>
    training === null ? "unknown" : formatDuration(training.seconds);
  const threads = (training: TrainingTime | null): string => describeThreads(training?.threads ?? null);
  const row = (label: string, value: (training: TrainingTime | null) => string) => ({
    label,
    values: contestants.map(({ training }) => value(training)),
  });
  if (contestants.length > 2) return [row(TRAINING, time), row("trained on", threads)];
  return [row(TRAINING, (training) => (training === null ? time(null) : `${time(training)}, ${threads(training)}`))];
}

export function asText(
  contestants: readonly Contestant[],
  disagreement: Disagreement,
  { dataset, images, sha256, kernels, threads }: About,
  stream: TerminalStream,
): string[] {
  const row = (label: string, value: (contestant: Contestant) => string) => ({ label, values: contestants.map(value) });
  const rows = [
    row("accuracy", ({ accuracy }) => formatPercent(accuracy)),
    row("error rate", ({ accuracy }) => formatPercent(1 - accuracy)),
    row("errors", ({ errors }) => formatCount(errors)),
    row("parameters", ({ parameters }) => formatCount(parameters)),
    row("file", ({ fileBytes }) => formatQuantity(kibibytes(fileBytes))),
    row("one image, median", ({ medianMs }) => formatQuantity(milliseconds(medianMs))),
    row("one image, p99", ({ p99Ms }) => formatQuantity(milliseconds(p99Ms))),
    row(`${SPEED_BATCH} at a time`, ({ imagesPerSecond }) => formatQuantity(throughput(imagesPerSecond))),
    ...trainingRows(contestants),
  ];
  const table = columnTable(
    [
      { title: "", cells: rows.map(({ label }) => label), style: (text) => stream.dim(text) },
      ...contestants.map(({ model }, i) => ({
        title: model.name,
        cells: rows.map(({ values }) => values[i]),
        isRight: true,
      })),
    ],
    stream,
  );
  return [
    ...contestants.map(({ model }) => stream.dim(describeOrigin(model))),
    `on ${formatCount(images)} test images (${dataset}, sha256 ${shortDigest(sha256)}…), ${kernels} kernels, ${describeThreads(threads)}`,
    "",
    ...table,
    "",
    ...describeDisagreement(contestants, disagreement, stream),
  ];
}

function describeDisagreement(
  contestants: readonly Contestant[],
  { images, allRight, onlyRight, allWrong, perDigit }: Disagreement,
  stream: TerminalStream,
): string[] {
  const isPair = contestants.length === 2;
  const noneRight = images.filter(({ label, read }) => !read.includes(label)).length;
  const shares = contestants
    .map(({ model }, i) => ({ label: networkOf(model.name).label, count: formatCount(onlyRight[i]) }))
    .reverse()
    .map(({ label, count }, i) => `${label}${isPair ? "" : " alone"}${i === 0 ? " is right" : ""} on ${count}`);
  const column = (title: string, value: (row: (typeof perDigit)[number]) => number) => ({
    title,
    cells: perDigit.map((each) => formatCount(value(each))),
    isRight: true,
  });
  return [
    stream.bold(`They disagree on ${formatCount(images.length)} images`) +
      `: ${shares.join(", ")}, ${isPair ? "neither" : "none"} on ${formatCount(noneRight)}.`,
    `${isPair ? "Both" : "All"} are right on ${formatCount(allRight)}, ${isPair ? "both" : "all"} wrong on ${formatCount(allWrong)}.`,
    "",
    ...columnTable(
      [
        column("digit", ({ digit }) => digit),
        column("images", (each) => each.images),
        ...contestants.map(({ model }, i) => column(`${model.name} errors`, ({ errors }) => errors[i])),
        column("they disagree", ({ differ }) => differ),
      ],
      stream,
    ),
  ];
}

export function asJson(contestants: readonly Contestant[], disagreement: Disagreement, about: About): object {
  const { allRight, onlyRight, allWrong, images, perDigit } = disagreement;
  const all = contestants.length === 2 ? "both" : "all";
  /** A field for each network. */
  const each = <T>(values: readonly T[], key: (name: string) => string): Record<string, T> =>
    Object.fromEntries(contestants.map(({ model }, i) => [key(model.name), values[i]]));
  return {
    dataset: about.dataset,
    dataset_sha256: about.sha256,
    images: about.images,
    kernels: about.kernels,
    threads: about.threads,
    models: contestants.map(({ model, ...figures }) => ({
      model: model.name,
      checkpoint: printable(model.path),
      version: model.version,
      accuracy: figures.accuracy,
      error_rate: 1 - figures.accuracy,
      errors: figures.errors,
      parameters: figures.parameters,
      file_bytes: figures.fileBytes,
      latency_ms: { median: figures.medianMs, p99: figures.p99Ms },
      images_per_second: figures.imagesPerSecond,
      batch_size: SPEED_BATCH,
      training_seconds: figures.training?.seconds ?? null,
      training_threads: figures.training?.threads ?? null,
    })),
    disagreement: {
      [`${all}_right`]: allRight,
      ...each(onlyRight, (name) => `only_${name}`),
      [`${all}_wrong`]: allWrong,
      per_digit: perDigit.map(({ digit, images: count, errors, differ }) => ({
        ...{ digit, images: count },
        ...each(errors, (name) => `${name}_errors`),
        differ,
      })),
      images: images.map(({ index, label, read }) => ({ index, label, ...each(read, (name) => name) })),
    },
  };
}
