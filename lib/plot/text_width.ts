// How wide text will be: estimated, since nothing here can measure a font; rather too wide than too narrow.

const NARROW = /[ilj.,:;'|!()[\]]/;
const WIDE = /[mwMW%@→]/;
const CAPITAL = /\p{Lu}/u;
/** East Asian scripts and pictographs fill a square. */
const SQUARE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|\p{Extended_Pictographic}/u;

/** In pixels, in the widest of the usual sans-serif fonts. */
export function textWidth(text: string, fontSize: number): number {
  let ems = 0;
  for (const character of text) {
    if (SQUARE.test(character)) ems += 1.05;
    else if (WIDE.test(character)) ems += 0.98;
    else if (NARROW.test(character)) ems += 0.38;
    else ems += CAPITAL.test(character) ? 0.74 : 0.62;
  }
  return ems * fontSize;
}

/** The text, or as much of it as fits, with … behind it. On one line: runs of white space become a space. */
export function fitText(text: string, width: number, fontSize: number): string {
  const line = text.replace(/\s+/g, " ").trim();
  // No character is narrower: those beyond are never seen, however many there are.
  const most = Math.ceil(width / (0.38 * fontSize)) + 1;
  if (line.length <= 2 * most && textWidth(line, fontSize) <= width) return line;
  const characters = [...line.slice(0, 2 * most)];
  while (characters.length > 0 && textWidth(`${characters.join("")}…`, fontSize) > width) characters.pop();
  return `${characters.join("").trimEnd()}…`;
}
