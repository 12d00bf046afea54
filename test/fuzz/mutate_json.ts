// Changes of JSON: values of another type or size, keys that are missing, doubled or JavaScript's own, and text that is
// nearly JSON.

import { hostileText } from "./hostile_text.ts";
import type { Random } from "./random.ts";

/** Numbers as text, since JSON's may be such as JSON.stringify never writes. */
class Verbatim {
  constructor(readonly text: string) {}
}

const NUMBERS = [
  ...["0", "-0", "1", "-1", "2", "0.5", "1.5", "-1e308", "1e308", "1e300", "1e999", "-1e999", "5e-324", "1e-300"],
  ...["9007199254740991", "9007199254740992", "9007199254740993", "2147483647", "2147483648", "4294967296", "1e6"],
] as const;
/** Deeper than any file of ours, and than engines recurse. */
const DEPTHS = [3, 63, 64, 65, 66, 200, 5000] as const;

/** The value with one to three changes, as text. Changes the value itself. */
export function mutateJson(random: Random, value: unknown): string {
  const root = { value };
  for (let n = random.between(1, 3); n > 0; n--) change(random, root);
  const text = write(root.value, random);
  return random.oneIn(12) ? damaged(random, text) : text;
}

/** One node of the tree, found by a walk that may stop anywhere. */
function change(random: Random, root: { value: unknown }): void {
  let holder = root as Record<string, unknown>;
  let key = "value";
  while (isHolder(holder[key]) && !random.oneIn(key === "value" && holder === root ? 40 : 6)) {
    const keys = Object.keys(holder[key] as object);
    if (keys.length === 0) break;
    holder = holder[key] as Record<string, unknown>;
    key = random.pick(keys);
  }
  const old = holder[key];
  switch (random.below(9)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete holder[key];
      break;
    case 1:
      if (Array.isArray(holder)) holder.splice(Number(key), 0, old);
      else define(holder, renamed(random, key), old);
      break;
    case 2:
      if (Array.isArray(old)) old.push(strange(random));
      else if (isHolder(old)) define(old as object, renamed(random, "more"), strange(random));
      else holder[key] = [old];
      break;
    case 3:
      holder[key] = typeof old === "number" ? String(old) : typeof old === "string" ? old.length : null;
      break;
    case 4:
      holder[key] = typeof old === "number" ? neighbour(random, old) : strange(random);
      break;
    case 5:
      holder[key] = typeof old === "string" ? spliced(random, old) : strange(random);
      break;
    default:
      holder[key] = strange(random);
  }
}

/** As a key like any other: "__proto__" too. */
function define(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

function isHolder(value: unknown): boolean {
  return typeof value === "object" && value !== null && !(value instanceof Verbatim);
}

function renamed(random: Random, key: string): string {
  return random.oneIn(3) ? hostileText(random) : random.pick([`${key} `, key.toUpperCase(), `${key}2`, "x"]);
}

function neighbour(random: Random, number: number): unknown {
  return random.pick([number + 1, number - 1, -number, number * 2, number / 3, number + 0.5, number * 1e9]);
}

function spliced(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + hostileText(random) + text.slice(random.oneIn(2) ? at : at + 3);
}

/** A value that nobody expects here. */
function strange(random: Random): unknown {
  switch (random.below(8)) {
    case 0:
      return random.pick([null, true, false, [], {}, [[]], [null], { length: 3 }, [0, 1]]);
    case 1:
    case 2:
    case 3:
      return hostileText(random);
    case 4:
      return random.oneIn(10) ? nested(random) : random.edge();
    default:
      return new Verbatim(random.pick(NUMBERS));
  }
}

function nested(random: Random): Verbatim {
  const depth = random.pick(DEPTHS);
  return random.oneIn(2)
    ? new Verbatim("[".repeat(depth) + "]".repeat(depth))
    : new Verbatim(`${'{"a":'.repeat(depth)}0${"}".repeat(depth)}`);
}

/** JSON, with a key twice at times. */
function write(value: unknown, random: Random): string {
  if (value instanceof Verbatim) return value.text;
  if (Array.isArray(value)) return `[${value.map((item) => write(item, random)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const parts = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${write(item, random)}`);
  if (parts.length > 0 && random.oneIn(200)) parts.push(random.pick(parts));
  return `{${parts.join(",")}}`;
}

/** What no writer of JSON makes. */
function damaged(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  switch (random.below(8)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return `\ufeff${text}`;
    case 2:
      return `${text}${random.pick(["x", "}", "\u0000", "\n{}", " \t\r\n"])}`;
    case 3:
      return (
        text.slice(0, at) + random.pick([",", '"', "\\", "{", "[", ":", "\u0000", "\u2028", "//"]) + text.slice(at)
      );
    case 4:
      return text.slice(0, at) + text.slice(at + random.between(1, 4));
    case 5:
      return text.replaceAll('"', "'");
    case 6:
      return random.pick(["", "null", "[]", "0", '""', "{}", "{", "NaN", "undefined", '{"":{}}']);
    default:
      return text.replace(/:/g, ":  ").replace(/[[{]/g, "$&\n\t");
  }
}
