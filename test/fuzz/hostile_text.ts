// Texts that mean something to somebody: a terminal, a shell, a page, a script, a path, JavaScript's objects.

import type { Random } from "./random.ts";

/** Code that leaves a trace where it runs and must not: see targets/exported.ts. */
const RUNS = "globalThis.simdgradForeign=1";

const TEXTS: readonly string[] = [
  "",
  " ",
  "\u0000",
  "\u001b[2J\u001b]0;title\u0007",
  "\u009b31m",
  "\u202egnp.exe",
  "\u2066\u200f\u061c",
  "line\nline",
  "\r\n",
  `\u2028${RUNS}\u2029`,
  `*/${RUNS};/*`,
  `\n${RUNS}//`,
  `"};${RUNS};({"a":"`,
  `'+(${RUNS})+'`,
  `\${${RUNS}}`,
  `\`;${RUNS};\``,
  `\\";${RUNS}//`,
  `</script><script>${RUNS}</script>`,
  `<!--<script>${RUNS}`,
  `--><img src=x onerror=${RUNS}>`,
  `]]><h1 onclick="${RUNS}">`,
  "&lt;h1&gt;&#60;",
  "$&$`$'$1{{SCRIPT}}",
  "{{STYLE}}",
  "; touch x",
  "$(touch x)",
  "`touch x`",
  "' || touch x",
  "--force",
  "-",
  "../../../etc/passwd",
  "..",
  "C:\\con",
  "file:///etc/passwd",
  "a/b",
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "then",
  "length",
  "null",
  "NaN",
  "-0",
  "1e300",
  "1e999",
  "0x10",
  "9007199254740993",
  "٣",
  "é".normalize("NFD"),
  "\ud800",
  "\udc00\ud800",
  "\uffff",
  "😀",
];

/** One of them, joined with another at times, or far too long. */
export function hostileText(random: Random): string {
  if (random.oneIn(40))
    return random
      .pick(TEXTS)
      .repeat(random.pick([100, 1000]))
      .slice(0, 5000);
  if (random.oneIn(8)) return random.pick(TEXTS) + random.pick(TEXTS);
  if (random.oneIn(16)) return String.fromCharCode(...Array.from({ length: 4 }, () => random.next() & 0xffff));
  return random.pick(TEXTS);
}
