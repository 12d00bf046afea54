// Names out of a file, as an error message may show them: on one line, and not longer than one.

const MAX_LENGTH = 80;

/** The name itself where it is a plain one; else quoted, escaped and cut short. */
export function printableName(name: string): string {
  return /^[\w.-]{1,80}$/.test(name) ? name : printable(name);
}

/** Any value as JSON, cut short. */
export function printable(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH)}…`;
}
