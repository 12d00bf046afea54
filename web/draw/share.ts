// A probability in two or three characters, as whole percent, so that columns never change their width.

/** @example share(0.42) // "42"; share(0.997) // ">99"; share(0.0001) // "<1" */
export function share(part: number): string {
  if (part >= 0.995) return part === 1 ? "100" : ">99";
  if (part < 0.005) return part === 0 ? "0" : "<1";
  return `${Math.round(100 * part)}`;
}
