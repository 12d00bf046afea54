// Numbers as people read them.

export { formatCount } from "../../lib/base/format_count.ts";

/** @param part in [0, 1]; @example formatPercent(0.99312) // "99.31 %" */
export function formatPercent(part: number, digits = 2): string {
  return Number.isNaN(part) ? "–" : `${(part * 100).toFixed(digits)} %`;
}

/** @example formatLoss(0.02346) // "0.0235"; formatLoss(2570813557561542) // "2.57e+15" */
export function formatLoss(loss: number): string {
  return Math.abs(loss) < 1e4 ? loss.toFixed(4) : loss.toExponential(2);
}

/** @example formatDuration(0.31) // "0.3 s"; formatDuration(125) // "2 min 5 s"; formatDuration(3725) // "1 h 2 min" */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  // From there on it would round to 10.0.
  if (seconds < 9.95) return `${Math.max(0, seconds).toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const [count, large, small] = whole < 3600 ? [whole, "min", "s"] : [Math.round(whole / 60), "h", "min"];
  const rest = count % 60;
  return `${Math.floor(count / 60)} ${large}${rest > 0 ? ` ${rest} ${small}` : ""}`;
}

/** The first characters of a digest, enough to distinguish two. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 12);
}

/** @example formatBytes(412040) // "402 KiB" */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  const value = bytes / 2 ** (10 * power);
  return `${power > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}
