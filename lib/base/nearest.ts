/**
 * The known name that was probably meant; null where none is like it. One that alone begins so, one of which it is the
 * initials, or the likeliest by the letters in common.
 *
 * @example nearest("learningRate", ["lr", "eps"]) // "lr", as "wieghtDecay" gives "weightDecay" and "opt" "optimizer"
 */
export function nearest(word: string, names: readonly string[]): string | null {
  const starts = names.filter((name) => word.length > 1 && name.startsWith(word));
  if (starts.length === 1) return starts[0];
  const letters = (name: string): string => name.replace(/\W|_/g, "").toLowerCase();
  const initials = word.replace(/(?:^|_)(.)|([A-Z])|./g, "$1$2").toLowerCase();
  let [best, most] = [null as string | null, 0.55];
  for (const name of names) {
    const [a, b] = [letters(word), letters(name)];
    const likeness = b === initials ? 1 : (2 * commonLetters(a, b)) / (a.length + b.length);
    if (likeness > most) [best, most] = [name, likeness];
  }
  return best;
}

/** The length of the longest common subsequence. */
function commonLetters(a: string, b: string): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const letter of a) {
    const above = row;
    row = [0];
    for (let i = 0; i < b.length; i++) row.push(letter === b[i] ? above[i] + 1 : Math.max(above[i + 1], row[i]));
  }
  return row[b.length];
}
