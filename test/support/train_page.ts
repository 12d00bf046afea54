// The section Train in a browser.

import type { Download, Page } from "playwright-core";
import * as assert from "uvu/assert";
import { complaintsOf } from "./complaints.ts";
import { button, type WebApp } from "./web_app.ts";

export const heading = (page: Page, name: string | RegExp) => page.getByRole("heading", { name, level: 2 });

/** Of the weights, once they are trained. */
export const hashOf = async (page: Page, timeout = 90_000): Promise<string> => {
  await page.locator(".train-hash").waitFor({ timeout });
  return (await page.locator(".train-hash code").textContent()) ?? "";
};

export const start = (page: Page): Promise<void> => button(page, "Start training").click();

/** Opens it, without waiting for the networks that read. @param forgiven takes what the page complains of, where it may */
export async function withTraining(
  { browser, server }: WebApp,
  work: (page: Page) => Promise<void>,
  at: string,
  options = {},
  forgiven: string[] | null = null,
): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  try {
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    await page.goto(`${server.url}/${at}`);
    await heading(page, "Ready to train").waitFor();
    await work(page);
    if (forgiven) forgiven.push(...complaints);
    else assert.equal(complaints, []);
  } finally {
    await context.close();
  }
}

/** What the button of this name has the browser save. */
export async function downloaded(page: Page, name: string): Promise<{ download: Download; path: string }> {
  const [download] = await Promise.all([page.waitForEvent("download"), button(page, name).click()]);
  return { download, path: await download.path() };
}
