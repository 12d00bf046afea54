// A run's id: when it began, as in 20260102-030405, and a number for the second of two of that time: 20260102-030405-2.
// The order of ids is that of the runs, for every command: where the clock was set back, or two runs begin within a second,
// a new run counts on from the newest.

const ID = /^(\d{8}-\d{6})(?:-(\d{1,6}))?$/;

/** For names that are no ids. Made when there are some: Node takes 5 ms for its first one. */
let collator: Intl.Collator | null = null;

interface ParsedId {
  time: string;
  count: number;
}

export function isRunId(name: string): boolean {
  return parse(name) !== null;
}

/** Of an order in which the oldest come first, and before them names that are no ids. */
export function compareRunIds(a: string, b: string): number {
  const [first, second] = [parse(a), parse(b)];
  if (first && second) {
    // As many digits in each.
    if (first.time === second.time) return first.count - second.count;
    return first.time < second.time ? -1 : 1;
  }
  collator ??= new Intl.Collator("en", { numeric: true });
  return Number(first !== null) - Number(second !== null) || collator.compare(a, b);
}

/**
 * An id newer than all there are.
 *
 * @param known names of runs, of whichever network; others do not matter
 * @returns null where there is none: the newest has the last number
 * @example newRunId(new Date("2026-01-02T03:04:05Z"), ["20260102-030405"]) // "20260102-030405-2"
 */
export function newRunId(now: Date, known: readonly string[]): string | null {
  const time = stampOf(now);
  const newest = known.filter(isRunId).sort(compareRunIds).at(-1);
  if (newest === undefined || compareRunIds(newest, time) < 0) return time;
  const { time: latest, count } = parse(newest) as ParsedId;
  const next = `${latest}-${count + 1}`;
  return isRunId(next) ? next : null;
}

function parse(name: string): ParsedId | null {
  const [, time, count] = ID.exec(name) ?? [];
  return time === undefined || !isTime(time) ? null : { time, count: count === undefined ? 1 : Number(count) };
}

/** One of the calendar, so that no name is newer than whatever a clock may say. */
function isTime(stamp: string): boolean {
  const iso = stamp.replace(/^(....)(..)(..)-(..)(..)(..)$/, "$1-$2-$3T$4:$5:$6Z");
  const time = Date.parse(iso);
  return Number.isFinite(time) && stampOf(new Date(time)) === stamp;
}

function stampOf(time: Date): string {
  return time.toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
}
