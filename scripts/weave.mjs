/** How many equal bytes in a row end a difference: fewer meet by chance within one, more merge neighbouring ones. */
const AGREEMENT = 3;

/** The byte that "(" stands for: the 87 from there on are the most frequent ones of kernels. */
const FIRST = 0xfb;
const SINGLES = 87;

/**
 * Bytes as printable characters, the same for a byte wherever it stands, so that gzip finds what repeats: one for each of
 * 87 bytes, " " or "!" before one for the others.
 *
 * @example encode([0xfb, 0xfb + 87, 0xfb + 2 * 87]) // "( (!("
 */
export function encode(bytes) {
  return Array.from(bytes, (byte) => {
    const place = (byte - FIRST) & 255;
    return ["", " ", "!"][Math.floor(place / SINGLES)] + String.fromCharCode(40 + (place % SINGLES));
  }).join("");
}

/**
 * Two binaries as one text: once what they share, and `#left%right&` where they differ. What undoes it is
 * lib/runtime/embedded_kernels.ts.
 *
 * @example weave([1, 2, 3, 4, 5], [1, 255, 3, 4, 5]) // ".#/%,&012"
 */
export function weave(left, right) {
  let [text, i, j] = ["", 0, 0];
  while (i < left.length || j < right.length) {
    const start = i;
    while (i < left.length && left[i] === right[j]) {
      i++;
      j++;
    }
    text += encode(left.slice(start, i));
    if (i === left.length && j === right.length) break;
    const [nextI, nextJ] = findAgreement(left, i, right, j);
    text += `#${encode(left.slice(i, nextI))}%${encode(right.slice(j, nextJ))}&`;
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
