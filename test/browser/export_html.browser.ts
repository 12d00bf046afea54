// An exported page as its readers open it: from a file, with mouse, finger and keyboard.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { exportHtml } from "../../models/export/index.ts";
import { Classifier, readCheckpointMetadata } from "../../models/index.ts";
import { FLAGS, findBrowser } from "../support/browser.ts";
import { calibratedModel } from "../support/calibrated_model.ts";
import { DIGIT_STROKES } from "../support/digit_strokes.ts";
import { drawByFinger, drawByMouse, painted } from "../support/draw_strokes.ts";
import { shippedAccuracy, shippedModel } from "../support/shipped_model.ts";

const test = suite("an exported page in a browser");

const folder = mkdtempSync(join(tmpdir(), "simdgrad-page-"));
const loaded = { cnn: shippedModel("cnn"), linear: shippedModel("linear") };
const urls = Object.fromEntries(
  Object.entries(loaded).map(([name, model]) => {
    const path = join(folder, `${name}.html`);
    writeFileSync(path, exportHtml(model));
    return [name, pathToFileURL(path).href];
  }),
);
let browser: Browser;
test.before(async () => {
  browser = await chromium.launch({ executablePath: findBrowser(), args: FLAGS });
});
test.after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

const DESKTOP: BrowserContextOptions = { viewport: { width: 1280, height: 800 } };
const PHONE_WIDTH = 390;
const PHONE: BrowserContextOptions = {
  viewport: { width: PHONE_WIDTH, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};

interface Shown {
  digit: string;
  shares: number[];
  pixels: number[];
  canUndo: boolean;
  canClear: boolean;
}

const shownOn = (page: Page): Promise<Shown> =>
  page.evaluate(() => {
    const [undo, clear] = ["undo", "clear"].map((id) => document.getElementById(id) as HTMLButtonElement);
    const seen = (document.getElementById("seen") as HTMLCanvasElement).getContext("2d") as CanvasRenderingContext2D;
    return {
      digit: document.getElementById("digit")?.textContent ?? "",
      shares: [...document.querySelectorAll<HTMLElement>("#bars i")].map(({ style }) =>
        Number(style.getPropertyValue("--share")),
      ),
      pixels: [...seen.getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 0),
      canUndo: !undo.disabled,
      canClear: !clear.disabled,
    };
  });

/** Opens the page at the URL, and checks in the end that it asked for nothing and that nothing went wrong in it. */
async function onPage(
  screen: BrowserContextOptions,
  body: (page: Page) => Promise<void>,
  { url = urls.cnn, mayAsk = false } = {},
): Promise<void> {
  const context = await browser.newContext(screen);
  const [requests, problems]: [string[], string[]] = [[], []];
  try {
    const page = await context.newPage();
    page.on("request", (request) => requests.push(request.url()));
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") problems.push(message.text());
    });
    await page.goto(url);
    await body(page);
    if (mayAsk) return;
    assert.equal(problems, []);
    assert.equal(
      requests.filter((each) => !each.startsWith("data:")),
      [url],
    );
  } finally {
    await context.close();
  }
}

const draw = (page: Page, digit: number): Promise<void> =>
  drawByMouse(page, DIGIT_STROKES[digit], { sheet: "#square", isFast: true });
const click = async (page: Page, id: string): Promise<void> => {
  await page.locator(`#${id}`).click();
  await painted(page);
};
const press = async (page: Page, ...keys: string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
  await painted(page);
};

for (const name of ["cnn", "linear"] as const) {
  test(`${name}: digits drawn by mouse are read as the library reads the picture that the page shows`, async () => {
    await onPage(
      DESKTOP,
      async (page) => {
        for (const digit of Object.keys(DIGIT_STROKES).map(Number)) {
          await draw(page, digit);
          const { pixels, digit: shown, shares } = await shownOn(page);
          const expected = new Classifier(loaded[name].network).read(Uint8Array.from(pixels));
          assert.is(shown, String(expected.digit));
          if (name === "cnn") assert.is(shown, String(digit));
          for (let i = 0; i < 10; i++)
            assert.ok(Math.abs(shares[i] - (expected.probabilities?.[i] ?? Number.NaN)) < 1e-4);
          await click(page, "clear");
        }
      },
      { url: urls[name] },
    );
  });
}

test("a finger draws on a phone, in both schemes, and nothing is wider than the screen", async () => {
  for (const isDark of [false, true]) {
    await onPage({ ...PHONE, colorScheme: isDark ? "dark" : "light" }, async (page) => {
      await drawByFinger(page, DIGIT_STROKES[4], { sheet: "#square" });
      assert.is((await shownOn(page)).digit, "4");
      assert.is(await page.evaluate("document.documentElement.scrollWidth"), PHONE_WIDTH);
      assert.is(await page.evaluate("scrollY"), 0, "drawing scrolled the page");
      const background = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
      assert.is(Number(background.match(/\d+/)?.[0]) < 128, isDark, background);
    });
  }
});

test("strokes are undone, and everything is cleared and brought back, by buttons and by keys", async () => {
  await onPage(DESKTOP, async (page) => {
    const shown = (): Promise<Shown> => shownOn(page);
    const empty = await shown();
    assert.equal([empty.digit, empty.canUndo, empty.canClear], ["?", false, false]);
    assert.ok(empty.pixels.every((value) => value === 0));
    await draw(page, 4);
    const whole = await shown();
    assert.equal([whole.digit, whole.canUndo, whole.canClear], ["4", true, true]);
    await press(page, "Control+z");
    assert.not.equal((await shown()).pixels, whole.pixels);
    await press(page, "Control+z");
    assert.equal((await shown()).pixels, empty.pixels);
    await draw(page, 4);
    await press(page, "Delete");
    const cleared = await shown();
    assert.equal([cleared.digit, cleared.canUndo, cleared.canClear], ["?", true, false]);
    await click(page, "undo");
    assert.equal((await shown()).pixels, whole.pixels);
  });
});

test("with the keyboard alone one draws, and reaches and presses the buttons", async () => {
  await onPage(DESKTOP, async (page) => {
    const focused = (): Promise<string> => page.evaluate<string>("document.activeElement.id");
    await press(page, "Tab");
    assert.is(await focused(), "square");
    await press(page, ...Array(9).fill("ArrowUp"), " ", ...Array(18).fill("ArrowDown"), " ");
    assert.is((await shownOn(page)).digit, "1");
    await press(page, "Tab", "Tab");
    assert.is(await focused(), "clear");
    await press(page, "Enter");
    assert.is((await shownOn(page)).digit, "?");
  });
});

test("what the network says is announced, and the footer says whose weights they are", async () => {
  await onPage(DESKTOP, async (page) => {
    await draw(page, 7);
    const text = async (id: string): Promise<string> => (await page.locator(`#${id}`).textContent()) ?? "";
    await page
      .locator("#spoken")
      .getByText(/^7, \d+(\.\d)? % sure$/)
      .waitFor({ state: "attached" }); // after a while
    assert.is(
      await text("origin"),
      `A convolutional network of 102,026 parameters, trained on MNIST: ${shippedAccuracy("cnn")} of MNIST's test images right.`,
    );
    assert.match(
      await text("digest"),
      /^Weights sha256 [0-9a-f]{12}…, made by simdgrad \d+\.\d+\.\d+\. MIT License\.$/,
    );
  });
});

test("a calibrated checkpoint's page says of a scribble that it may be no digit, and nothing of a digit", async () => {
  const path = join(folder, "calibrated.html");
  writeFileSync(path, exportHtml(await calibratedModel("linear")));
  const judged = async (page: Page): Promise<void> => {
    const lines = [40, 79, 117, 156].flatMap((at) => [
      [
        { x: at, y: 40 },
        { x: at, y: 156 },
      ],
      [
        { x: 40, y: at },
        { x: 156, y: at },
      ],
    ]);
    await drawByMouse(page, lines, { sheet: "#square" });
    const said = /This may not be a digit: it is unlike any digit that was learned, and least unlike a \d\./;
    await page.locator("#warning").getByText(said).waitFor();
    await page.locator("#spoken").getByText(said).waitFor({ state: "attached" });
  };
  await onPage(DESKTOP, judged, { url: pathToFileURL(path).href });
});

test("a checkpoint that lies in wait runs nothing in the page, and is text there", async () => {
  const lure = `</script><script>document.title = "ours"</script><img src=x onerror="document.title = 'ours'">\u2028";document.title = "ours"//`;
  const fields = ["dataset", "trained_on", "simdgrad", "kernels", "note", "test_accuracy", lure];
  const path = join(folder, "hostile.html");
  const metadata = readCheckpointMetadata({ ...Object.fromEntries(fields.map((name) => [name, lure])), trained_on: lure.replace("\u2028", "") }); // biome-ignore format: one line
  writeFileSync(path, exportHtml({ ...loaded.linear, name: lure, metadata }));
  await onPage(
    DESKTOP,
    async (page) => {
      const found = `[document.title, document.scripts.length, document.images.length, document.getElementById("origin").textContent]`;
      const [title, scripts, images, origin] = await page.evaluate<[string, number, number, string]>(found);
      assert.equal([title, scripts, images], ["Draw a digit", 2, 0]);
      assert.ok(origin.includes(", trained on </script><script>"), origin);
    },
    { url: pathToFileURL(path).href },
  );
});

test("the page cannot ask the network for anything, even if its script tried", async () => {
  await onPage(
    DESKTOP,
    async (page) => {
      // By the policy's own report, since without a connection nothing would come either.
      const refused = await page.evaluate(
        () =>
          new Promise<string[]>((done) => {
            const directives: string[] = [];
            document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
              if (directives.push(effectiveDirective) === 2) done(directives.sort());
            });
            fetch("https://example.org/").catch(() => {});
            new Image().src = "https://example.org/a.png";
          }),
      );
      assert.equal(refused, ["connect-src", "img-src"]);
    },
    { url: urls.linear, mayAsk: true },
  );
});

test.run();
