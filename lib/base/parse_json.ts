// The one way in for JSON that somebody else wrote.

/** Files of ours have at most 5 levels; what walks over a value later calls itself once for each. */
export const MAX_JSON_DEPTH = 64;

const [QUOTE, COMMA, BACKSLASH, OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [...'",\\[]{}'].map((character) =>
  character.charCodeAt(0),
);

/**
 * The value that a text is the JSON of; of two equal keys the last counts. A key may be any word, "__proto__" and
 * "constructor" too: whoever looks a name of a file up in a table asks `Object.hasOwn` first.
 *
 * @param onTwice told of the last key that an object has twice: a file that relies on that is an attack, or damaged
 * @returns undefined, which no JSON means, where the text is none, or nests objects and arrays more than 64 deep
 *
 * Cost: one pass more than JSON.parse, where more than 64 brackets open or somebody asks for keys.
 */
export function parseJson(text: string, onTwice?: (key: string) => void): unknown {
  // One set of keys for each object that is open; null for each array, and where nobody asks.
  const open: (Set<string> | null)[] = [];
  let isKeyNext = false;
  let twice: string | undefined;
  let value: unknown;
  try {
    const isWalked = onTwice !== undefined || opensMany(text);
    for (let i = 0; isWalked && i < text.length; i++) {
      const character = text.charCodeAt(i);
      // Digits and letters: most of what there is.
      if (character > COMMA && character < OPEN_ARRAY) continue;
      if (character === QUOTE) {
        const start = i;
        while (++i < text.length && text.charCodeAt(i) !== QUOTE) if (text.charCodeAt(i) === BACKSLASH) i++;
        const keys = isKeyNext && open[open.length - 1];
        if (keys) {
          const key: string = JSON.parse(text.slice(start, i + 1));
          if (keys.has(key)) twice = key;
          keys.add(key);
        }
        isKeyNext = false;
      } else if (character === OPEN_OBJECT || character === OPEN_ARRAY) {
        if (open.length === MAX_JSON_DEPTH) return undefined;
        open.push(character === OPEN_OBJECT && onTwice ? new Set() : null);
        isKeyNext = true;
      } else if (character === CLOSE_OBJECT || character === CLOSE_ARRAY) open.pop();
      else if (character === COMMA) isKeyNext = true;
    }
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (twice !== undefined) onTwice?.(twice);
  return value;
}

/** Whether so many brackets open that it can be too deep. A list of numbers, however long, has few. */
function opensMany(text: string): boolean {
  let count = 0;
  for (const bracket of "[{") {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      if (++count > MAX_JSON_DEPTH) return true;
    }
  }
  return false;
}
