// sortRuns: runs in the order asked for.

import { isMnistTest } from "../../models/index.ts";
import type { Order } from "./run_order.ts";
import { measuredOnOf, type StoredRun, secondsOf } from "./stored_run.ts";

/**
 * What has no figure comes last; accuracies on MNIST's test images before those on others, which tell less.
 *
 * @param runs newest first
 */
export function sortRuns(runs: readonly StoredRun[], order: Order): StoredRun[] {
  if (order === "newest") return [...runs];
  const rank = (run: StoredRun): number => {
    const { result, history } = run.record;
    if (order === "duration") return secondsOf(run) ?? Number.POSITIVE_INFINITY;
    return -((order === "test" ? result.testAccuracy : history?.kept?.validationAccuracy) ?? Number.NEGATIVE_INFINITY);
  };
  const group = (run: StoredRun): number => {
    if (rank(run) === Number.POSITIVE_INFINITY) return 2;
    return order === "duration" || isMnistTest(measuredOnOf(run)) ? 0 : 1;
  };
  return [...runs].sort((a, b) => group(a) - group(b) || (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
}
