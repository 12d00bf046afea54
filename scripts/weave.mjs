/** How many equal bytes in a row end a difference: fewer meet by chance within one, more merge neighbouring ones. */
const AGREEMENT = 3;

/**
 * Two binaries as one text: in hex, once what they share, and `(left|right)` where they differ. What undoes it is
 * lib/runtime/embedded_kernels.ts.
 *
 * @example weave(Buffer.from("0102030405", "hex"), Buffer.from("01ff030405", "hex")) // "01(02|ff)030405"
 */
export function weave(left, right) {
  let [text, i, j] = ["", 0, 0];
  while (i < left.length || j < right.length) {
    const start = i;
    while (i < left.length && left[i] === right[j]) {
      i++;
      j++;
    }
    text += left.toString("hex", start, i);
    if (i === left.length && j === right.length) break;
    const [nextI, nextJ] = findAgreement(left, i, right, j);
    text += `(${left.toString("hex", i, nextI)}|${right.toString("hex", j, nextJ)})`;
    [i, j] = [nextI, nextJ];
  }
  return text;
}

/** The nearest places from which both continue alike; the ends where there are none. */
function findAgreement(left, i, right, j) {
  const rest = left.length - i + right.length - j;
  for (let skipped = 1; skipped <= rest; skipped++) {
    const most = Math.min(skipped, left.length - i);
    for (let inLeft = Math.max(0, skipped - (right.length - j)); inLeft <= most; inLeft++) {
      const [nextI, nextJ] = [i + inLeft, j + skipped - inLeft];
      if (agree(left, nextI, right, nextJ)) return [nextI, nextJ];
    }
  }
  return [left.length, right.length];
}

function agree(left, i, right, j) {
  if (i + AGREEMENT > left.length || j + AGREEMENT > right.length) return false;
  for (let k = 0; k < AGREEMENT; k++) if (left[i + k] !== right[j + k]) return false;
  return true;
}
