// Values and text from outside, as an error message or a terminal may show them.

const MAX_LENGTH = 80;
/** Lists and objects deeper than this are "…": some hold themselves. */
const MAX_DEPTH = 3;

/**
 * What a terminal could take for a command, or what would show a reader something else than what is there: control
 * characters (C0, delete, C1), marks that turn the direction of text, what takes no room (zero-width spaces, soft
 * hyphens, tags, fillers, marks of annotations), line separators, and halves of surrogate pairs. Joiners and the two selectors of emoji stay:
 * scripts and emoji are written with them, and they hide nothing but themselves.
 */
const CONTROLS = /(?!\u200c|\u200d|\ufe0e|\ufe0f)[\p{Cc}\p{Cs}\p{DI}\u2028\u2029\ufff9-\ufffb]/gu;

/**
 * The text on one line, and as it is: those characters as escapes, which are JSON's too. Text that is JSON on one line
 * stays JSON of the same value, since none of them can stand outside of its strings.
 *
 * @example escapeControls("a\u001b[2J") // "a\\u001b[2J"
 */
export function escapeControls(text: string): string {
  return text.replace(CONTROLS, escapeUnits);
}

/** Each half of a pair by itself, as JSON has them. @example escapeUnits("<") // "\\u003c" */
export function escapeUnits(text: string): string {
  return text.replace(/./gs, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** A name out of a file: itself where it is a plain one; else quoted, escaped and cut short. */
export function printableName(name: string): string {
  return /^[\w.-]{1,80}$/.test(name) ? name : printable(name);
}

/** Any value, cut short. @example printable([1, "a"]) // '[1, "a"]'; (model) "a Sequential"; (() => 1) "a function" */
export function printable(value: unknown): string {
  const text = escapeControls(textOf(value, 0));
  // A cut may leave half of a pair.
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH).replace(/\p{Cs}$/u, "")}…`;
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
    return `${/^[AEIO]/.test(type) ? "an" : "a"} ${type}`;
  const parts = Object.entries(value).slice(0, MAX_LENGTH);
  return parts.length === 0 ? "{}" : `{ ${parts.map(([name, part]) => `${name}: ${inner(part)}`).join(", ")} }`;
}
