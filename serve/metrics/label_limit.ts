// LabelLimit: a label has few values, or each new one would be a series that is kept for ever.

/** What a value becomes that came too late. */
export const OTHER = "other";

export class LabelLimit {
  private readonly known = new Set<string>();

  /** @param max values that are told apart; those that come after them are all "other" */
  constructor(private readonly max: number) {}

  of(value: string): string {
    if (this.known.has(value)) return value;
    if (this.known.size === this.max) return OTHER;
    this.known.add(value);
    return value;
  }
}

/** Those of HTTP that anybody sends on purpose; a client can make up others. */
const METHODS = new Set(["GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"]);

export function methodLabel(method: string): string {
  return METHODS.has(method) ? method : OTHER;
}

/** @example statusClass(404) // "4xx" */
export function statusClass(status: number): string {
  return status >= 100 && status < 600 ? `${Math.floor(status / 100)}xx` : OTHER;
}
