// What a page's console complains of.

import type { Page } from "playwright-core";

/** @param forgives what it may complain of; default: nothing. @returns errors and warnings, of scripts too, as they come */
export function complaintsOf(page: Page, forgives?: RegExp): readonly string[] {
  const complaints: string[] = [];
  const take = (text: string): void => {
    if (!forgives?.test(text)) complaints.push(text);
  };
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) take(message.text());
  });
  page.on("pageerror", (error) => take(String(error)));
  return complaints;
}
