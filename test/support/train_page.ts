// The section Train in a browser.

import type { Download, Page } from "playwright-core";
import { button, type VisitOptions, type WebApp } from "./web_app.ts";

export const heading = (page: Page, name: string | RegExp) => page.getByRole("heading", { name, level: 2 });

/** Of the weights, once they are trained. */
export const hashOf = async (page: Page, timeout = 90_000): Promise<string> => {
  await page.locator(".train-hash").waitFor({ timeout });
  return (await page.locator(".train-hash code").textContent()) ?? "";
};

export const start = (page: Page): Promise<void> => button(page, "Start training").click();

/** Opens it, without waiting for the networks that read. @param at "#train", with settings */
export const withTraining = (
  app: WebApp,
  work: (page: Page) => Promise<void>,
  at: string,
  options: VisitOptions = {},
): Promise<void> =>
  app.visit(work, { at: `/${at}`, ready: (page) => heading(page, "Ready to train").waitFor(), ...options });

/** What the button of this name has the browser save. */
export async function downloaded(page: Page, name: string): Promise<{ download: Download; path: string }> {
  const [download] = await Promise.all([page.waitForEvent("download"), button(page, name).click()]);
  return { download, path: await download.path() };
}
