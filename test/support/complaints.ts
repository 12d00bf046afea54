// What a page's console complains of.

import type { Page } from "playwright-core";

/** @param forgives what it may complain of; default: nothing. @returns errors and warnings, of scripts too, as they come */
export function complaintsOf(page: Page, forgives?: RegExp): readonly string[] {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !forgives?.test(message.text()))
      complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return complaints;
}
