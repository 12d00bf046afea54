// Values as an error message may show them: on one line, and not longer than one.

const MAX_LENGTH = 80;
/** Lists and objects deeper than this are "…": some hold themselves. */
const MAX_DEPTH = 3;

/** A name out of a file: itself where it is a plain one; else quoted, escaped and cut short. */
export function printableName(name: string): string {
  return /^[\w.-]{1,80}$/.test(name) ? name : printable(name);
}

/** Any value, cut short. @example printable([1, "a"]) // '[1, "a"]'; (model) "a Sequential"; (() => 1) "a function" */
export function printable(value: unknown): string {
  const text = textOf(value, 0);
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH)}…`;
}

function textOf(value: unknown, depth: number): string {
  if (typeof value === "function") return "a function";
  if (typeof value === "string") return JSON.stringify(value.slice(0, MAX_LENGTH + 1));
  if (typeof value !== "object" || value === null) return String(value);
  if (depth === MAX_DEPTH) return "…";
  const inner = (part: unknown): string => textOf(part, depth + 1);
  // Whatever is longer is cut off anyway.
  if (Array.isArray(value)) return `[${value.slice(0, MAX_LENGTH).map(inner).join(", ")}]`;
  const type: unknown = value.constructor?.name;
  if (typeof type === "string" && type !== "" && type !== "Object")
    return `${/^[AEIOU]/.test(type) ? "an" : "a"} ${type}`;
  const parts = Object.entries(value).slice(0, MAX_LENGTH);
  return parts.length === 0 ? "{}" : `{ ${parts.map(([name, part]) => `${name}: ${inner(part)}`).join(", ")} }`;
}
