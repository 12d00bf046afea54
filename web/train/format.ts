// Numbers as people read them.

/** "9,000" */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString("en-GB");
}

/** "97.43 %" */
export function formatPercent(part: number): string {
  return `${(100 * part).toFixed(2)} %`;
}

/** "8 s", "2 min 5 s", "1 h 20 min" */
export function formatDuration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min${whole % 60 === 0 ? "" : ` ${whole % 60} s`}`;
  return `${Math.floor(minutes / 60)} h${minutes % 60 === 0 ? "" : ` ${minutes % 60} min`}`;
}

/** With a capital at its beginning. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
