// curvesSvg: how a training run went, as a picture.

import { checkFields, checkOptions, integer, list, type Rule, required, string } from "../base/check.ts";
import { DataError } from "../base/errors.ts";
import type { EpochReport, History } from "../train/history.ts";
import { accuracyAxis, epochAxis, lossAxis, rateAxis, stepLabels } from "./curve_axes.ts";
import { runSeries, type StepPoint } from "./curve_series.ts";
import { drawHeading, headingHeight } from "./heading.ts";
import { drawPanel, NAMES_HEIGHT, type Panel } from "./panel.ts";
import { formatDigits } from "./quantity.ts";
import { fractionAlong } from "./scale.ts";
import { isDrawable } from "./series.ts";
import { element, escapeXml, paint, svgDocument, textAt } from "./svg.ts";
import { textWidth } from "./text_width.ts";

export interface CurvesOptions {
  /** Single steps: with them a run of one epoch is a curve too. */
  steps?: readonly StepPoint[];
  /** Default "Training". */
  title?: string;
  subtitle?: string;
  /** Of the picture, in pixels, from 280 to 4000; default 760. Text keeps its size; below 520 lines are named above them. */
  width?: number;
}

export type CurvesHistory = Pick<History, "epochs" | "best"> & Partial<Pick<History, "kept">>;

const WIDTH = 760;
const [LEAST_WIDTH, MOST_WIDTH] = [280, 4000];
/** Below, what is written behind the lines is short. */
const WIDE = 520;
/** Of text, from the picture's edges. */
const MARGIN = 16;
/** Beside the panels. Behind the lines is written: "validation 99.42 %", or "99.42 %". */
const SIDES = { wide: { left: 64, right: 148 }, narrow: { left: 52, right: 66 } };
/** Between two numbers below the panels. */
const TICK_GAP = 46;
const PANEL_GAP = 40;
/** Between the epoch that was kept and the best. */
const LABEL_GAP = 10;
/** Of epochs, and of steps within one. */
const MAX_PLACE = 1e9;

/**
 * Loss, accuracy (where there is one) and learning rate over a training run: panels of one SVG, blue for training, orange for
 * validation, the epoch marked whose weights were kept. It follows the reader's light or dark scheme, and holds no script and no id.
 *
 * The loss is logarithmic where it falls by a factor of 20 or more. The accuracy leaves out the first quarter of the
 * epochs where they would flatten the rest, and says so. With steps, the training loss is their running mean, with
 * single steps pale behind it. What is not finite is a gap, with a cross where it begins.
 *
 * @param history       as `Trainer.fit` returns it, or as run.json keeps it; without `kept` the best epoch is marked
 * @param options.steps what `onStep` reported, all of it or a part
 * @returns an SVG document; the same history gives the same bytes
 * @throws {DataError} neither an epoch nor a step
 * @throws {OptionError} an epoch or a step without its number or with one beyond 10⁹, stepsPerEpoch below 1, or an option of
 *   another name
 * @example writeFileSync("curves.svg", curvesSvg(await trainer.fit(train, test), { title: "cnn, seed 0" }));
 */
export function curvesSvg(history: CurvesHistory, options: CurvesOptions = {}): string {
  checkCurves(history, options);
  const { steps = [], title = "Training", subtitle, width = WIDTH } = options;
  const { epochs } = history;
  if (epochs.length + steps.length === 0) {
    throw new DataError("curvesSvg: there is nothing to draw; the history has no epoch, and no steps were given.");
  }
  const marked = markedEpoch(history);
  const { loss, stepLoss, accuracy, rate, stepsPerEpoch } = runSeries(history, steps);
  const isNarrow = width < WIDE;
  const { left, right } = isNarrow ? SIDES.narrow : SIDES.wide;
  const most = Math.min(10, Math.floor((width - left - right) / TICK_GAP));
  const x = epochAxis([...loss, rate], steps.length > 0, most);
  const ticks = stepLabels(x, stepsPerEpoch, steps.length > 0, most);
  const lossY = lossAxis([...loss, ...stepLoss]);
  const accuracyY = accuracyAxis(accuracy);
  const isCut = accuracy.some(({ points }) => points.some(({ y }) => isDrawable(y) && y < accuracyY.from));
  // A regression has none.
  const hasAccuracy = epochs.length === 0 || accuracy.some(({ points }) => points.some(({ y }) => isDrawable(y)));
  const gap = PANEL_GAP + (isNarrow ? NAMES_HEIGHT : 0);
  let bottom = headingHeight(subtitle) - PANEL_GAP + 32;
  const panel = (height: number, content: Omit<Panel, "frame" | "x" | "markedX" | "isNarrow">): string => {
    const frame = { left, top: bottom + gap, width: width - left - right, height };
    bottom = frame.top + height;
    return drawPanel({ ...content, frame, x: { ...x, ticks: ticks.at }, markedX: marked?.epoch ?? null, isNarrow });
  };
  const body = [
    drawHeading(width, title, subtitle),
    panel(176, {
      title: "Loss",
      unit: lossY.isLog ? "logarithmic" : "",
      y: lossY,
      series: loss,
      faint: stepLoss,
      format: (value) => formatDigits(value, 3),
    }),
    ...(hasAccuracy
      ? [
          panel(176, {
            title: "Accuracy",
            unit: `%${isCut ? (isNarrow ? "; begins below" : "; the first epochs lie below") : ""}`,
            y: accuracyY,
            series: accuracy,
            format: (value) => `${value.toFixed(2)} %`,
          }),
        ]
      : []),
    panel(84, {
      title: "Learning rate",
      unit: "",
      y: rateAxis(rate),
      series: [rate],
      format: (value) => String(Number(value.toPrecision(3))),
    }),
  ];
  const xOf = (value: number): number => left + (width - left - right) * fractionAlong(x, value);
  return svgDocument(
    {
      width,
      height: bottom + (marked ? 54 : 34),
      title,
      description: describe(history, steps.length, hasAccuracy),
    },
    ...body,
    ...ticks.at.map((tick, i) =>
      textAt(xOf(tick), bottom + 18, ticks.labels[i], { "text-anchor": "middle", ...paint({ fill: "muted" }) }),
    ),
    textAt(width - right + 22, bottom + 18, ticks.unit, paint({ fill: "muted" })),
    marked ? markLabel(history, marked, { x: xOf(marked.epoch), y: bottom + 38, width }) : "",
  );
}

/** The epoch whose weights were kept; of a history that does not say which, the best. */
function markedEpoch({ best, kept }: CurvesHistory): EpochReport | null {
  return kept === undefined ? best : kept;
}

/** The best epoch, where another was kept. */
function bestElsewhere({ best, kept }: CurvesHistory): EpochReport | null {
  return best && kept && best.epoch !== kept.epoch ? best : null;
}

/** Below its epoch, as far as the picture's edges let it. */
function markLabel(
  history: CurvesHistory,
  marked: EpochReport,
  { x, y, width }: { x: number; y: number; width: number },
): string {
  const best = bestElsewhere(history);
  const label = `${history.kept ? "kept" : "best"}: ${epochText(marked)}`;
  const more = best ? `best: ${epochText(best)}` : "";
  const half = (textWidth(label, 12) + (best ? LABEL_GAP + textWidth(more, 12) : 0)) / 2;
  const at = Math.min(width - MARGIN - half, Math.max(MARGIN + half, x));
  const aside = { dx: LABEL_GAP, "font-weight": 400, ...paint({ fill: "muted" }) };
  return element(
    "text",
    { x: at, y, ...paint({ fill: "ink" }), "text-anchor": "middle", "font-weight": 600 },
    escapeXml(label),
    best ? element("tspan", aside, escapeXml(more)) : "",
  );
}

function epochText({ epoch, trainAccuracy, validationAccuracy, validationLoss }: EpochReport): string {
  if (isDrawable(validationAccuracy)) return `epoch ${epoch}, ${(100 * validationAccuracy).toFixed(2)} %`;
  const isRegression = !isDrawable(trainAccuracy) && isDrawable(validationLoss);
  return `epoch ${epoch}${isRegression ? `, loss ${formatDigits(validationLoss, 3)}` : ""}`;
}

function describe(history: CurvesHistory, steps: number, hasAccuracy: boolean): string {
  const { epochs } = history;
  const count = `${epochs.length} ${epochs.length === 1 ? "epoch" : "epochs"}${steps > 0 ? `, ${steps} steps` : ""}`;
  const marked = markedEpoch(history);
  const best = bestElsewhere(history);
  return [
    `${hasAccuracy ? "Loss, accuracy and learning rate" : "Loss and learning rate"} over ${count}.`,
    ...(marked ? [`${history.kept ? "Kept is" : "The best is"} ${spokenEpoch(marked)}.`] : []),
    ...(best ? [`The best is ${spokenEpoch(best)}.`] : []),
  ].join(" ");
}

function spokenEpoch(report: EpochReport): string {
  const { epoch, validationAccuracy } = report;
  if (!isDrawable(validationAccuracy)) return epochText(report);
  return `epoch ${epoch}: ${(100 * validationAccuracy).toFixed(2)} % of the validation set read correctly`;
}

/** A place along the axis: it decides how far ticks go. */
function place(low: number): Rule {
  return {
    says: `a number from ${low} to 10^9`,
    holds: (value) => typeof value === "number" && value >= low && value <= MAX_PLACE,
  };
}

/** Where something was measured must be known; what was measured may be anything, and what is no number is a gap. */
function checkCurves(history: CurvesHistory, options: CurvesOptions): void {
  const epoch = { epoch: required(integer(0, MAX_PLACE)) };
  checkFields("curvesSvg", "history", history, { epochs: required(list) });
  checkOptions("curvesSvg", options, {
    steps: list,
    title: string,
    subtitle: string,
    width: integer(LEAST_WIDTH, MOST_WIDTH),
  });
  const { epochs, best, kept } = history;
  const { steps = [] } = options;
  for (const [i, report] of epochs.entries()) checkFields("curvesSvg", `history.epochs[${i}]`, report, epoch);
  for (const [name, report] of Object.entries({ best, kept })) {
    if (report != null) checkFields("curvesSvg", `history.${name}`, report, epoch);
  }
  const step = { epoch: required(place(0)), step: required(place(0)), stepsPerEpoch: place(1) };
  for (const [i, point] of steps.entries()) checkFields("curvesSvg", `steps[${i}]`, point, step);
}
