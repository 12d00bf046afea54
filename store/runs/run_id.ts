// A run's id: when it began, as in 20260102-030405, and a number for the second of two of that time: 20260102-030405-2.
// The order of ids is that of the runs, for every command: where the clock was set back, or two runs begin within a second,
// a new run counts on from the newest.

const ID = /^(\d{8}-\d{6})(?:-(\d{1,6}))?$/;

const { compare } = new Intl.Collator("en", { numeric: true });

interface ParsedId {
  time: string;
  count: number;
}

export function isRunId(name: string): boolean {
  return ID.test(name);
}

/** Of an order in which the oldest come first, and before them names that are no ids. */
export function compareRunIds(a: string, b: string): number {
  const [first, second] = [parse(a), parse(b)];
  if (!first || !second) return Number(first !== null) - Number(second !== null) || compare(a, b);
  return compare(first.time, second.time) || first.count - second.count;
}

/**
 * An id newer than all there are.
 *
 * @param known names of runs, of whichever network; others do not matter
 * @example newRunId(new Date("2026-01-02T03:04:05Z"), ["20260102-030405"]) // "20260102-030405-2"
 */
export function newRunId(now: Date, known: readonly string[]): string {
  const time = now.toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  const newest = known.filter(isRunId).sort(compareRunIds).at(-1);
  if (newest === undefined || compareRunIds(newest, time) < 0) return time;
  const { time: latest, count } = parse(newest) as ParsedId;
  return `${latest}-${count + 1}`;
}

function parse(name: string): ParsedId | null {
  const [, time, count] = ID.exec(name) ?? [];
  return time === undefined ? null : { time, count: count === undefined ? 1 : Number(count) };
}
