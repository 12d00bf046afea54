// The pictures of a run: its curves, its confusion matrix on the test images, and the worst of its mistakes. No run
// fails for want of one: the first that cannot be drawn or written is reported.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { encodePng, writeFileAtomic } from "../../data/index.node.ts";
import { formatCount } from "../../lib/base/format_count.ts";
import { reasonOf } from "../../lib/base/system_error.ts";
import { type Dataset, type History, reliabilityOf } from "../../lib/index.ts";
import {
  confusionSvg,
  contactSheet,
  curvesSvg,
  reliabilitySvg,
  type StepPoint,
  worstMistakes,
} from "../../lib/plot/index.ts";
import type { TestResult } from "../../models/index.ts";
import type { RunFolder } from "./run_folder.ts";
import type { RunSpec } from "./run_spec.ts";

const DIGITS = [..."0123456789"];
const MISTAKES = 24;

export class RunPictures {
  private readonly names = new Set<string>();
  private hasReported = false;

  /** @param onMissing told once, of the first picture that could not be drawn or written, and why */
  constructor(
    private readonly folder: RunFolder,
    private readonly spec: RunSpec,
    private readonly onMissing: (name: string, reason: string) => void,
  ) {}

  /** What was written, in that order. */
  get written(): string[] {
    return [...this.names];
  }

  /** curves.svg: loss, accuracy and learning rate. */
  curves(history: History, steps: readonly StepPoint[]): void {
    const { model, recipe, seed } = this.spec;
    const subtitle = `${recipe.preset} preset, ${recipe.epochs} ${recipe.epochs === 1 ? "epoch" : "epochs"} planned, seed ${seed}`;
    this.draw("curves.svg", () => {
      if (history.epochs.length === 0 && steps.length === 0) return null;
      const svg = curvesSvg(history, { steps, title: `${model}, run ${this.folder.id}`, subtitle });
      return new TextEncoder().encode(svg);
    });
  }

  /** confusion.svg, reliability.svg, and mistakes.png where there are any: how the network read the test images. */
  reading(test: Dataset, { evaluation: { confusion }, logits }: TestResult): void {
    const { model, seed } = this.spec;
    const subtitle = `${formatCount(test.size)} test images, run ${this.folder.id}, seed ${seed}`;
    this.draw("confusion.svg", () =>
      new TextEncoder().encode(confusionSvg(confusion, DIGITS, { title: model, subtitle })),
    );
    this.draw("reliability.svg", () =>
      new TextEncoder().encode(reliabilitySvg(reliabilityOf(logits, test.labels), { title: model, subtitle })),
    );
    this.draw("mistakes.png", () => {
      const mistakes = worstMistakes(logits, test.labels, { count: MISTAKES });
      return mistakes.length === 0 ? null : encodePng(contactSheet(test.images, mistakes, { classes: DIGITS }));
    });
  }

  /** @param make gives null where there is nothing to show: then what an earlier part of the run drew goes */
  private draw(name: string, make: () => Uint8Array | null): void {
    const path = join(this.folder.path, name);
    try {
      const bytes = make();
      if (bytes) {
        writeFileAtomic(path, bytes, { followLinks: false });
        this.names.add(name);
      } else rmSync(path, { force: true });
    } catch (error) {
      if (this.hasReported) return;
      this.hasReported = true;
      this.onMissing(name, reasonOf(error));
    }
  }
}
