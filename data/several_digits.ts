// What preprocessDigit says where a picture may hold more than one digit; and the way to read all, which each program names itself.

import { check, string, strings } from "../lib/base/check.ts";

/** The others are not part of what is read. */
export const LEFT_OUT = "several separate marks; only the one with the most ink is read";
/** All are read as one. */
export const SEPARATE = "several separate marks; is there more than one digit?";
export const WIDE = "wider than high; is there more than one digit?";

const SAID: readonly string[] = [LEFT_OUT, SEPARATE, WIDE];

/**
 * Whether one of the warnings says that there may be more digits than one: `preprocessDigits` finds all.
 *
 * @example if (mayBeSeveral(answer.warnings)) answers = classifier.readAll(preprocessDigits(picture));
 */
export function mayBeSeveral(warnings: readonly string[]): boolean {
  check("mayBeSeveral", "warnings", warnings, strings);
  return warnings.some((each) => SAID.includes(each));
}

/**
 * The warnings; one that says that there may be more digits than one says how to read all, too.
 *
 * @param way as a sentence without a full stop
 * @example namingWayToAll(answer.warnings, "--all reads every digit")
 */
export function namingWayToAll(warnings: readonly string[], way: string): string[] {
  check("namingWayToAll", "warnings", warnings, strings);
  check("namingWayToAll", "way", way, string);
  return warnings.map((each) => (SAID.includes(each) ? `${each}${each.endsWith("?") ? "" : ";"} ${way}` : each));
}
