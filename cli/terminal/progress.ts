// Progress on stderr: a line that redraws itself on a terminal, plain lines elsewhere.

import { bar } from "./bar.ts";
import { formatCount } from "./format.ts";
import { printNote } from "./notice.ts";
import { stderr } from "./terminal.ts";

const REDRAW_MS = 100;
const BAR_WIDTH = 24;

/** Says nothing when quiet but notes; without a terminal, only these and what `print` is given. */
export class Progress {
  private drawnAt = Number.NEGATIVE_INFINITY;
  private isDrawn = false;

  constructor(private readonly isQuiet: boolean) {}

  /**
   * Redraws the moving line, at most ten times a second.
   *
   * @param label before the bar @param part done, in [0, 1] @param details after it
   */
  update(label: string, part: number, details: () => string): void {
    if (this.isQuiet || !stderr.isTerminal) return;
    const now = performance.now();
    if (now - this.drawnAt < REDRAW_MS) return;
    this.drawnAt = now;
    this.isDrawn = true;
    stderr.redraw(`${label} ${bar(part, BAR_WIDTH, "·")} ${details()}`);
  }

  /** The same for a listener that is told how many images are done. */
  images(label: string): (done: number, total: number) => void {
    return (done, total) =>
      this.update(label, done / total, () => `${formatCount(done)} of ${formatCount(total)} images`);
  }

  /** A line that stays. */
  print(line: string): void {
    if (this.isQuiet) return;
    this.clear();
    stderr.print(line);
  }

  /** A line that stays, quiet or not: something is not as one would expect. */
  note(text: string): void {
    this.clear();
    printNote(text);
  }

  /** Takes the moving line away. */
  clear(): void {
    if (this.isDrawn) stderr.redraw(null);
    this.isDrawn = false;
    this.drawnAt = Number.NEGATIVE_INFINITY;
  }
}
