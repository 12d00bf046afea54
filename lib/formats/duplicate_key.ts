// JSON.parse keeps the last of two equal keys without a word; a file that relies on that is an attack or damaged.

import { parseJson } from "../base/parse_json.ts";

/**
 * The first key that an object has twice, or null.
 *
 * @param json text that parseJson has accepted
 *
 * Cost: one pass.
 */
export function findDuplicateKey(json: string): string | null {
  // One set of keys for each object that is open, null for each array.
  const open: (Set<string> | null)[] = [];
  let isKeyNext = false;
  for (let i = 0; i < json.length; i++) {
    const character = json[i];
    if (character === '"') {
      const end = endOfString(json, i);
      const keys = open[open.length - 1];
      if (isKeyNext && keys) {
        const key = parseJson(json.slice(i, end)) as string;
        if (keys.has(key)) return key;
        keys.add(key);
      }
      isKeyNext = false;
      i = end - 1;
    } else if (character === "{" || character === "[") {
      open.push(character === "{" ? new Set() : null);
      isKeyNext = true;
    } else if (character === "}" || character === "]") {
      open.pop();
    } else if (character === ",") {
      isKeyNext = true;
    }
  }
  return null;
}

/** The index behind the closing quote of the string that opens at `start`. */
function endOfString(json: string, start: number): number {
  let i = start + 1;
  while (json[i] !== '"') i += json[i] === "\\" ? 2 : 1;
  return i + 1;
}
