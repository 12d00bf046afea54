// What `mnist doctor` finds: one line each, under a heading.

export interface Finding {
  name: string;
  /** "warn": not as good as it could be, or not there yet. "fail": something does not work, or is not what it should be. */
  state: "ok" | "warn" | "fail";
  /** What was found. */
  value: string;
}

export interface Section {
  title: string;
  findings: Finding[];
}

export function ok(name: string, value: string): Finding {
  return { name, state: "ok", value };
}

export function warn(name: string, value: string): Finding {
  return { name, state: "warn", value };
}

export function fail(name: string, value: string): Finding {
  return { name, state: "fail", value };
}
