// Text from outside that must be a line: something to see, and nothing that is not seen.

import type { Rule } from "./check.ts";
import { escapeControls } from "./printable.ts";

/** Whether nothing would be seen of it: empty, spaces, control characters, what takes no room. */
export function isBlank(text: string): boolean {
  return !/[^\s\p{Cc}\p{Cs}\p{DI}\u2800\ufff9-\ufffb]/u.test(text);
}

/** What names something. */
export const notBlank: Rule = {
  says: "a text that is not blank",
  holds: (value) => typeof value === "string" && !isBlank(value),
};

/** One line of at most so many UTF-16 units, which is shown as it is. */
export function line(longest: number): Rule {
  return {
    says: `1 to ${longest} characters on one line`,
    holds: (value) =>
      typeof value === "string" && value.length <= longest && !isBlank(value) && escapeControls(value) === value,
  };
}
