// Pictures of training: what `simdgrad/plot` exports. A separate entry, since most who train never plot.

export { type Comparison, type ComparisonEntry, comparisonSvg, type Measure } from "./comparison.ts";
export { type ConfusionOptions, confusionSvg } from "./confusion.ts";
export { type ContactSheetOptions, contactSheet } from "./contact_sheet.ts";
export type { StepPoint } from "./curve_series.ts";
export { type CurvesHistory, type CurvesOptions, curvesSvg } from "./curves.ts";
export { type FindMistakesOptions, findMistakes } from "./find_mistakes.ts";
export { type Mistake, type MistakeOptions, worstMistakes } from "./mistakes.ts";
export { type ReliabilityOptions, reliabilitySvg } from "./reliability.ts";
