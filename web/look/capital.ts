/** With a capital at its beginning. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** As a heading, without its article. @example withoutArticle("the linear model") // "Linear model" */
export function withoutArticle(label: string): string {
  return capital(label.replace(/^the /, ""));
}
