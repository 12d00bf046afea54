// Errors of the library begin with the function that found them, which tells nothing to somebody who called none.

/** Names of functions as the library has them, and Trainer; the commands of `mnist`, which are single words, stay. */
const FUNCTION =
  /^(?:(?:read|write|load|save|encode|decode|preprocess|normalize|evaluate|download|set|find)[A-Z]\w*|Trainer|tensor): /;

/** @example withoutFunction("decodePng: a.png is no PNG file.") // "a.png is no PNG file." */
export function withoutFunction(message: string): string {
  return message.replace(FUNCTION, "");
}
