// The pictures of a run: its curves, its confusion matrix on the test images, and the worst of its mistakes.

import { join } from "node:path";
import { encodePng, writeFileAtomic } from "../data/index.ts";
import type { Dataset, Evaluation, History, Sequential } from "../lib/index.ts";
import { confusionSvg, contactSheet, curvesSvg, findMistakes, type StepPoint } from "../lib/plot/index.ts";
import { formatCount } from "./format.ts";
import type { RunFolder } from "./run_folder.ts";
import type { RunPlan } from "./train_job.ts";

const DIGITS = [..."0123456789"];
const MISTAKES = 24;

/** curves.svg: loss, accuracy and learning rate. */
export function drawCurves(folder: RunFolder, plan: RunPlan, history: History, steps: readonly StepPoint[]): void {
  const subtitle = `${plan.recipe.preset} preset, ${plan.recipe.epochs} epochs planned, seed ${plan.seed}`;
  const svg = curvesSvg(history, { steps, title: `${plan.model}, run ${folder.id}`, subtitle });
  write(folder, "curves.svg", new TextEncoder().encode(svg));
}

/** confusion.svg, and mistakes.png where there are any: how the network reads the test images. */
export async function drawReading(
  folder: RunFolder,
  { model, seed }: RunPlan,
  network: Sequential,
  test: Dataset,
  { confusion }: Evaluation,
  signal: AbortSignal,
): Promise<void> {
  const subtitle = `${formatCount(test.size)} test images, run ${folder.id}, seed ${seed}`;
  const svg = confusionSvg(confusion, DIGITS, { title: model, subtitle });
  write(folder, "confusion.svg", new TextEncoder().encode(svg));
  const mistakes = await findMistakes(network, test, { count: MISTAKES, signal });
  if (mistakes.length === 0) return;
  write(folder, "mistakes.png", encodePng(contactSheet(test.images, mistakes, { classes: DIGITS })));
}

function write({ path }: RunFolder, name: string, bytes: Uint8Array): void {
  writeFileAtomic(join(path, name), bytes);
}
