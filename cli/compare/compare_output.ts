// What `mnist compare` prints.

import {
  type Comparison,
  type Contestant,
  type Disagreement,
  errorsOf,
  networkOf,
  SPEED_BATCH,
} from "../../models/index.ts";
import { columnTable } from "../terminal/columns.ts";
import { formatCount, formatDuration, formatPercent, shortDigest } from "../terminal/format.ts";
import type { TerminalStream } from "../terminal/terminal.ts";
import { formatQuantity, kibibytes, milliseconds, throughput } from "./quantities.ts";

/** Unlike the other times, which are measured here. */
const TRAINING = "training, as recorded";

export function describeThreads(threads: number | null): string {
  if (threads === null) return "threads unknown";
  return threads === 1 ? "one thread" : `${threads} threads`;
}

/** Time and threads together where two columns leave room for that. */
function trainingRows(contestants: readonly Contestant[]): { label: string; values: string[] }[] {
  const time = (training: Contestant["training"]): string =>
    training === null ? "unknown" : formatDuration(training.seconds);
  const threads = (training: Contestant["training"]): string => describeThreads(training?.threads ?? null);
  const row = (label: string, value: (training: Contestant["training"]) => string) => ({
    label,
    values: contestants.map(({ training }) => value(training)),
  });
  if (contestants.length > 2) return [row(TRAINING, time), row("trained on", threads)];
  return [row(TRAINING, (training) => (training === null ? time(null) : `${time(training)}, ${threads(training)}`))];
}

/** @param origins a line for each network: where it comes from */
export function asText(origins: readonly string[], comparison: Comparison, stream: TerminalStream): string[] {
  const { contestants, disagreement, dataset, datasetSha256, images, kernels, threads } = comparison;
  const row = (label: string, value: (contestant: Contestant) => string) => ({ label, values: contestants.map(value) });
  const rows = [
    row("accuracy", ({ evaluation }) => formatPercent(evaluation.accuracy)),
    row("error rate", ({ evaluation }) => formatPercent(1 - evaluation.accuracy)),
    row("errors", ({ evaluation }) => formatCount(errorsOf(evaluation))),
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
        title: model,
        cells: rows.map(({ values }) => values[i]),
        isRight: true,
      })),
    ],
    stream,
  );
  return [
    ...origins.map((origin) => stream.dim(origin)),
    `on ${formatCount(images)} test images (${dataset}, sha256 ${shortDigest(datasetSha256)}…), ${kernels} kernels, ${describeThreads(threads)}`,
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
    .map(({ model }, i) => ({ label: networkOf(model).label, count: formatCount(onlyRight[i]) }))
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
        ...contestants.map(({ model }, i) => column(`${model} errors`, ({ errors }) => errors[i])),
        column("they disagree", ({ differ }) => differ),
      ],
      stream,
    ),
  ];
}
