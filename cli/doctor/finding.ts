// What `mnist doctor` finds: one line each, under a heading.

export interface Finding {
  name: string;
  /** "warn": not as good as it could be, or not there yet. "fail": something does not work, or is not what it should be. */
  state: "ok" | "warn" | "fail";
  /** What was found. */
  value: string;
  /** A path in `value`, of which a narrow terminal shows both ends. */
  path?: string;
  /** The whole digest of which `value` shows the beginning. */
  sha256?: string;
}

export interface Section {
  title: string;
  /** What stands in the values, beside the title. */
  heading?: string;
  findings: Finding[];
}

export function ok(name: string, value: string, more: Pick<Finding, "path" | "sha256"> = {}): Finding {
  return { name, state: "ok", value, ...more };
}

export function warn(name: string, value: string, more: Pick<Finding, "path"> = {}): Finding {
  return { name, state: "warn", value, ...more };
}

export function fail(name: string, value: string, more: Pick<Finding, "path"> = {}): Finding {
  return { name, state: "fail", value, ...more };
}
