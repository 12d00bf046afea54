// A word of a command line that is printed to be typed in again.

/** @example shellWord("my runs") // "'my runs'" */
export function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
