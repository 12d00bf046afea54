// The one way in for JSON that somebody else wrote.

/** Files of ours have at most 5 levels; what walks over a value later calls itself once for each. */
export const MAX_JSON_DEPTH = 64;

/**
 * The value that a text is the JSON of; of two equal keys the last counts. A key may be any word, "__proto__" and
 * "constructor" too: whoever looks a name of a file up in a table asks `Object.hasOwn` first.
 *
 * @returns undefined, which no JSON means, where the text is none, or nests objects and arrays more than 64 deep
 *
 * Cost: one pass more than JSON.parse.
 */
export function parseJson(text: string): unknown {
  let depth = 0;
  let isInString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '"') isInString = !isInString;
    else if (isInString) {
      if (character === "\\") i++;
    } else if (character === "{" || character === "[") {
      if (++depth > MAX_JSON_DEPTH) return undefined;
    } else if (character === "}" || character === "]") depth--;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
