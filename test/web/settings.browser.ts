// The settings: answers by a server, which may be down or slow, and the self-test.

import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import process from "node:process";
import type { Page } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { SAMPLES } from "../../web/draw/sample_strokes.ts";
import {
  answersAre,
  axeFindings,
  button,
  drawByMouse,
  noteTerminated,
  PHONE,
  settledAnswers,
  shows,
  terminated,
  WebApp,
  workersAre,
} from "../support/web_app.ts";

const test = suite("the settings in a browser");

const THREADS = availableParallelism();

const app = WebApp.for(test);

/** Refused and timed out requests are what is tested. */
const forgives = /Failed to load resource|net::ERR/;

async function useServer(page: Page): Promise<void> {
  await button(page, "Settings").click();
  await page.getByText("On a server").click();
  assert.is(await page.getByLabel("Server address").inputValue(), app.server.url);
  await button(page, "Connect").click();
}

test("a server answers as the page does, and the page says where drawings go, also after a reload", async () => {
  await app.visit(async (page) => {
    await drawByMouse(page, SAMPLES[5]);
    await shows(page, "5");
    const own = await settledAnswers(page);
    // What the page has answered itself is shown until the server's answers are there.
    const answered = ["cnn", "linear"].map((name) => page.waitForResponse(`**/v2/models/${name}/infer`));
    await useServer(page);
    await page.locator("header").getByText("Drawings are sent to").waitFor();
    await button(page, "Close").click();
    for (const response of await Promise.all(answered)) assert.is(response.status(), 200);
    await page.waitForFunction(() => document.querySelector(".certainty")?.textContent?.includes("%"));
    await answersAre(page, own);
    assert.is(await page.getByText("Nothing leaves your device").count(), 0);
    await page.reload();
    await page.locator("header").getByText("Drawings are sent to").waitFor();
    await shows(page, "5");
    await button(page, "Settings").click();
    await page.getByText("In this page: nothing leaves your device").click();
    await button(page, "Close").click();
    await page.locator("header").getByText("Nothing leaves your device").waitFor();
    await shows(page, "5");
    await answersAre(page, own);
  });
});

test("a server that is down or slow is said, asked again, and answers when it is back", async () => {
  await app.visit(
    async (page) => {
      await page.route("**/v2/**", (route) => route.abort());
      await useServer(page);
      await page.locator("header").getByText("is down. It does not answer").waitFor();
      // The seconds go by for those who see; nothing of that is read out.
      const header = page.locator("header");
      for (const seconds of [4, 3, 2]) await header.getByText(`Next try in ${seconds} s`).waitFor();
      assert.not.match((await header.getByRole("status").textContent()) ?? "", /Next try/);
      await button(page, "Close").click();
      await drawByMouse(page, SAMPLES[2]);
      await page.getByText("No answer", { exact: true }).waitFor();
      await page.unroute("**/v2/**");
      await shows(page, "2"); // by itself, within 30 s
      await page.route("**/infer", () => {});
      await page.keyboard.press("Delete");
      await drawByMouse(page, SAMPLES[3]);
      await page.locator("header").getByText("has not answered in 5 seconds").waitFor();
      await page.unroute("**/infer");
      await shows(page, "3");
    },
    { forgives },
  );
});

test("an address that was kept and cannot be asked is said, and the page answers itself", async () => {
  await app.visit(async (page) => {
    await page.evaluate(() => localStorage.setItem("api-url", "ftp://example.com"));
    await page.reload();
    await page.getByRole("alert").getByText("The server ftp://example.com is not asked").waitFor();
    await page.locator("header").getByText("Nothing leaves your device").waitFor();
    await drawByMouse(page, SAMPLES[6]);
    await shows(page, "6");
    await button(page, "OK").click();
    assert.is(await page.getByRole("alert").count(), 0);
  });
});

test("a part of the page that could not be loaded is said where a server was to be asked, and the page answers itself", async () => {
  await app.visit(
    async (page) => {
      await page.evaluate((url) => localStorage.setItem("api-url", url), app.server.url);
      await page.context().route(/\/assets\/(remote|start)-/, (route) => route.abort());
      await page.reload();
      await page.getByRole("alert").getByText("A part of the page could not be loaded.").waitFor();
      await page.locator("header").getByText("Nothing leaves your device").waitFor();
      await drawByMouse(page, SAMPLES[6]);
      await shows(page, "6");
    },
    // Which would have the part from its copy; that it is blocked Playwright says in the console.
    { forgives: new RegExp(`${forgives.source}|blocked by Playwright`), serviceWorkers: "block" },
  );
});

test("a server with a picture on the sheet answers, and who turns back to the page does not wait for one that hangs", async () => {
  await app.visit(
    async (page) => {
      await page.getByLabel("A picture of a digit").setInputFiles("docs/digits/4.png");
      await shows(page, "4");
      await useServer(page);
      await page.locator("header").getByText("Drawings are sent to").waitFor();
      await button(page, "Close").click();
      await shows(page, "4");
      // Nobody gives up by himself.
      await page.evaluate(() => {
        AbortSignal.timeout = () => new AbortController().signal;
      });
      const asked = page.waitForRequest("**/infer");
      await page.route("**/infer", () => {});
      await page.keyboard.press("Delete");
      await drawByMouse(page, SAMPLES[3]);
      await asked;
      await button(page, "Settings").click();
      await page.getByText("In this page: nothing leaves your device").click();
      await button(page, "Close").click();
      await shows(page, "3");
    },
    { forgives },
  );
});

test("keys that clear a drawing elsewhere leave it alone in the dialog, where Escape closes", async () => {
  await app.visit(async (page) => {
    await drawByMouse(page, SAMPLES[4]);
    await shows(page, "4");
    await button(page, "Settings").click();
    await page.getByText("On a server").click();
    await page.getByLabel("Server address").press("Delete");
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    assert.is(await page.locator(".digit").textContent(), "4");
    assert.is(await button(page, "Clear").isEnabled(), true);
  });
});

test("an address that is none is said beside it, and the page goes on by itself", async () => {
  await app.visit(async (page) => {
    await button(page, "Settings").click();
    await page.getByText("On a server").click();
    await page.getByLabel("Server address").fill("ftp://example.com");
    await button(page, "Connect").click();
    await page.getByRole("alert").getByText("begins with http:// or https://").waitFor();
    await page.getByLabel("Server address").fill("http://a host");
    await button(page, "Connect").click();
    await page.getByRole("alert").getByText("That is not an address").waitFor();
    await page.keyboard.press("Escape");
    await page.locator("header").getByText("Nothing leaves your device").waitFor();
  });
});

test("a host whose policy allows no other server is named as the reason, once, and the page can answer instead", async () => {
  await app.visit(
    async (page) => {
      await button(page, "Settings").click();
      await page.getByText("On a server").click();
      await page.getByLabel("Server address").fill("http://127.0.0.2:9");
      await button(page, "Connect").click();
      await page.locator("header").getByText("127.0.0.2:9 cannot be asked").waitFor();
      await page.locator("header").getByText("Content-Security-Policy").waitFor();
      assert.is(await page.getByText("Next try").count(), 0);
      await page.keyboard.press("Escape");
      await drawByMouse(page, SAMPLES[6]);
      await page.getByText("No answer", { exact: true }).waitFor();
      assert.is(await page.getByText("of MNIST").count(), 0, "a server's networks may be others");
      await page.locator("header").getByRole("button", { name: "Answer in this page" }).click();
      await shows(page, "6");
      await page.locator("header").getByText("Nothing leaves your device").waitFor();
    },
    { forgives: /Content Security Policy|violates|Failed to load|Refused/ },
  );
});

test("the self-test passes, and axe finds nothing serious in the settings", async () => {
  const axe = readFileSync("node_modules/axe-core/axe.min.js", "utf8");
  for (const colorScheme of ["light", "dark"] as const) {
    for (const device of colorScheme === "light" ? [{}, PHONE] : [PHONE]) {
      await app.visit(
        async (page) => {
          await button(page, "Settings").click();
          await page.getByText("On a server").click();
          await noteTerminated(page);
          await button(page, "Test it").click();
          await page
            .getByRole("status")
            .getByText(
              new RegExp(
                `It does: \\d+ checks in .* s, (relaxed|simd) kernels, ${THREADS > 1 ? THREADS : "one"} thread`,
              ),
            )
            .waitFor({ timeout: 60_000 });
          await workersAre(page, "reader");
          assert.is(await terminated(page), 0);
          assert.equal(await axeFindings(page, axe), [], colorScheme);
          const shots = process.env.SCREENSHOTS;
          const name = `settings-${colorScheme}-${device === PHONE ? "phone" : "desk"}.png`;
          if (shots) await page.screenshot({ path: `${shots}/${name}` });
        },
        { ...device, colorScheme, reducedMotion: "reduce" },
      );
    }
  }
});

test.run();
