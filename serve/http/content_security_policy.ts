// contentSecurityPolicy: what a page may load and do in a browser: nothing, but for what it names.

/** @param allowed sources by directive, as in { "script-src": "'self'" } */
export function contentSecurityPolicy(allowed: Readonly<Record<string, string>> = {}): string {
  const directives = {
    "default-src": "'none'",
    ...allowed,
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
  };
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources}`)
    .join("; ");
}
