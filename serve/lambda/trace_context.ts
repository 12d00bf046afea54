// traceparent: W3C's header of a trace, out of X-Ray's, so that the log names the trace that AWS shows.
//
//   Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1
//   00-67891233abcdef012345678912345678-53995c3f42cd8ad8-01
//
// Source: https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html, https://www.w3.org/TR/trace-context/.

/** @returns null where X-Ray's header is none, or names no parent */
export function traceparentOf(xray: string | undefined): string | null {
  const [, seconds, random] = /(?:^|;)\s*Root=1-([0-9a-f]{8})-([0-9a-f]{24})(?:;|$)/.exec(xray ?? "") ?? [];
  const [, parent] = /(?:^|;)\s*Parent=([0-9a-f]{16})(?:;|$)/.exec(xray ?? "") ?? [];
  if (seconds === undefined || parent === undefined) return null;
  const isSampled = /(?:^|;)\s*Sampled=1(?:;|$)/.test(xray ?? "");
  return `00-${seconds}${random}-${parent}-${isSampled ? "01" : "00"}`;
}
