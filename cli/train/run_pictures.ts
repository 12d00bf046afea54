// The pictures of a run: its curves, its confusion matrix on the test images, and the worst of its mistakes. No run
// fails for want of one: the first that cannot be drawn or written gets a note.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { encodePng, writeFileAtomic } from "../../data/index.node.ts";
import type { Dataset, Evaluation, History, Tensor } from "../../lib/index.ts";
import { confusionSvg, contactSheet, curvesSvg, type StepPoint, worstMistakes } from "../../lib/plot/index.ts";
import { formatCount, printable } from "../terminal/format.ts";
import { messageOf } from "../terminal/report_error.ts";
import type { RunFolder } from "./run_folder.ts";
import type { TrainJob } from "./train_job.ts";

const DIGITS = [..."0123456789"];
const MISTAKES = 24;

export class RunPictures {
  private readonly names = new Set<string>();
  private hasNoted = false;

  constructor(
    private readonly folder: RunFolder,
    private readonly job: TrainJob,
  ) {}

  /** What was written, in that order. */
  get written(): string[] {
    return [...this.names];
  }

  /** curves.svg: loss, accuracy and learning rate. */
  curves(history: History, steps: () => readonly StepPoint[]): void {
    const { model, recipe, seed } = this.job.plan;
    const subtitle = `${recipe.preset} preset, ${recipe.epochs} ${recipe.epochs === 1 ? "epoch" : "epochs"} planned, seed ${seed}`;
    this.draw("curves.svg", () => {
      const points = steps();
      if (history.epochs.length === 0 && points.length === 0) return null;
      const svg = curvesSvg(history, { steps: points, title: `${model}, run ${this.folder.id}`, subtitle });
      return new TextEncoder().encode(svg);
    });
  }

  /** confusion.svg, and mistakes.png where there are any: how the network read the test images. */
  reading(test: Dataset, { confusion }: Evaluation, logits: Tensor<"f32">): void {
    const { model, seed } = this.job.plan;
    const subtitle = `${formatCount(test.size)} test images, run ${this.folder.id}, seed ${seed}`;
    this.draw("confusion.svg", () =>
      new TextEncoder().encode(confusionSvg(confusion, DIGITS, { title: model, subtitle })),
    );
    this.draw("mistakes.png", () => {
      const mistakes = worstMistakes(logits, test.labels, { count: MISTAKES });
      return mistakes.length === 0 ? null : encodePng(contactSheet(test.images, mistakes, { classes: DIGITS }));
    });
  }

  /** @param make gives null where there is nothing to show: then what an earlier half of the run drew goes */
  private draw(name: string, make: () => Uint8Array | null): void {
    const path = join(this.folder.path, name);
    try {
      const bytes = make();
      if (bytes) {
        writeFileAtomic(path, bytes);
        this.names.add(name);
      } else rmSync(path, { force: true });
    } catch (error) {
      if (this.hasNoted) return;
      this.hasNoted = true;
      this.job.progress.note(`this run is kept without ${name}: ${printable(messageOf(error))}`);
    }
  }
}
