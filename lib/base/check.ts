// What callers give, checked: each rule once, one line for each kind of mistake, in the caller's names.

import { arrayType } from "./array_type.ts";
import { OptionError } from "./errors.ts";
import { nearest } from "./nearest.ts";
import { printable } from "./printable.ts";

/** What a value must be, as a message says it, and whether it is. */
export interface Rule {
  readonly says: string;
  holds(value: unknown): boolean;
  /** Left out, it is refused too. */
  readonly isRequired?: boolean;
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

/** A hole is none: `every` would pass over it, were there four thousand million. */
function isListOf(value: unknown, { holds }: Rule): boolean {
  return Array.isArray(value) && value.findIndex((item) => !holds(item)) < 0;
}

export const number: Rule = { says: "a number", holds: isNumber };
export const finite: Rule = { says: "a finite number", holds: Number.isFinite };
export const positive: Rule = {
  says: "a finite number > 0",
  holds: (value) => isNumber(value) && value > 0 && value < Number.POSITIVE_INFINITY,
};
/** Infinity too. */
export const aboveZero: Rule = { says: "> 0", holds: (value) => isNumber(value) && value > 0 };
export const nonNegative: Rule = {
  says: "a finite number ≥ 0",
  holds: (value) => isNumber(value) && value >= 0 && value < Number.POSITIVE_INFINITY,
};
/** [0, 1) */
export const below1: Rule = {
  says: "in [0, 1)",
  holds: (value) => isNumber(value) && value >= 0 && value < 1,
};
/** [0, 1] */
export const upTo1: Rule = {
  says: "in [0, 1]",
  holds: (value) => isNumber(value) && value >= 0 && value <= 1,
};
export const boolean: Rule = { says: "true or false", holds: (value) => typeof value === "boolean" };
export const string: Rule = { says: "a string", holds: (value) => typeof value === "string" };
export const callback: Rule = { says: "a function", holds: (value) => typeof value === "function" };
export const list: Rule = { says: "an array", holds: Array.isArray };
export const strings: Rule = { says: "an array of strings", holds: (value) => isListOf(value, string) };
export const numbers: Rule = { says: "an array of numbers", holds: (value) => isListOf(value, number) };
export const iterable: Rule = {
  says: "something to iterate over",
  holds: (value) => typeof (value as Partial<Iterable<unknown>> | null)?.[Symbol.iterator] === "function",
};
export const abortSignal: Rule = {
  says: "an AbortSignal",
  holds: (value) => typeof (value as Partial<AbortSignal> | null)?.throwIfAborted === "function",
};
/** Values by name or by place. */
export const collection: Rule = {
  says: "an object or an array",
  holds: (value) => typeof value === "object" && value !== null,
};
export const byteArray: Rule = {
  says: "bytes in a Uint8Array",
  holds: (value) => arrayType(value) === "Uint8Array",
};
/** Values by name. */
export const object: Rule = {
  says: "an object",
  holds: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};
/** What is checked elsewhere. */
export const anything: Rule = { says: "anything", holds: () => true };

/** An integer from `low` to `high`, where there are such limits. */
export function integer(low?: number, high?: number): Rule {
  const end = high === Number.MAX_SAFE_INTEGER ? "2^53 − 1" : high;
  return {
    says: `an integer${low === undefined ? "" : high === undefined ? ` ≥ ${low}` : ` from ${low} to ${end}`}`,
    holds: (value) =>
      isNumber(value) && Number.isSafeInteger(value) && value >= (low ?? value) && value <= (high ?? value),
  };
}

/** One of some words. */
export function oneOf(...words: readonly string[]): Rule {
  const last = words.length - 1;
  const quoted = words.map((word) => JSON.stringify(word));
  return {
    says: `${quoted.slice(0, last).join(", ")} or ${quoted[last]}`,
    holds: (value) => words.includes(value as string),
  };
}

/** The same, or null. */
export function orNull({ says, holds }: Rule): Rule {
  return { says: `${says}, or null`, holds: (value) => value === null || holds(value) };
}

/** An option that must be given. */
export function required(rule: Rule): Rule {
  return { ...rule, isRequired: true };
}

/**
 * @param owner the function or class, as its caller knows it
 * @throws {OptionError} the value is not what the rule says
 */
export function check(owner: string, name: string, value: unknown, { says, holds }: Rule): void {
  if (holds(value)) return;
  throw new OptionError(`${owner}: ${name} must be ${says}; got ${printable(value)}.`, { [name]: value });
}

/**
 * @param rules of all options there are
 * @throws {OptionError} options that are no object, an option of another name, one that is not what its rule says
 * @example checkOptions("SGD", options, { lr: required(nonNegative), momentum: below1 })
 */
export function checkOptions<Options extends object>(
  owner: string,
  options: Options,
  rules: Readonly<Record<keyof Options, Rule>>,
): void {
  const given: unknown = options;
  const names = Object.keys(rules);
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new OptionError(
      `${owner}: options go in an object, { ${names.map((name) => `${name}: …`).join(", ")} }; got ${printable(given)}.`,
      { options: given },
    );
  }
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || Object.hasOwn(rules, name)) continue;
    const meant = nearest(name, names);
    throw new OptionError(
      `${owner}: there is no option ${name}${meant ? `; did you mean ${meant}?` : "."} It takes ${names.join(", ")}.`,
      { name, names },
    );
  }
  for (const name of names) {
    const value = (given as Record<string, unknown>)[name];
    const rule = rules[name as keyof Options];
    if (value !== undefined) check(owner, name, value, rule);
    else if (rule.isRequired) {
      throw new OptionError(`${owner}: option ${name} is missing; it must be ${rule.says}.`, { name });
    }
  }
}

/**
 * Checks a record, which may hold more than what is looked at.
 *
 * @param path where it stands among the arguments: "steps[0]"
 * @throws {OptionError} it is no object, or one of its values is not what its rule says
 */
export function checkFields(owner: string, path: string, fields: unknown, rules: Readonly<Record<string, Rule>>): void {
  check(owner, path, fields, object);
  for (const [name, rule] of Object.entries(rules)) {
    const value = (fields as Record<string, unknown>)[name];
    if (value !== undefined || rule.isRequired) check(owner, `${path}.${name}`, value, rule);
  }
}
