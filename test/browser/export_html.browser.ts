// An exported page as its readers open it: from a file, with mouse, finger and keyboard.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { exportHtml } from "../../models/export/index.ts";
import { Classifier, readCheckpointMetadata } from "../../models/index.ts";
import { DIGIT_STROKES } from "../support/digit_strokes.ts";
import { DrivenPage, type Screen } from "../support/driven_page.ts";
import { shippedModel } from "../support/shipped_model.ts";

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
test.after(() => rmSync(folder, { recursive: true }));

const DESKTOP: Screen = { width: 1280, height: 800 };
const PHONE: Screen = { width: 390, height: 844, scale: 2, hasTouch: true };

interface Shown {
  digit: string;
  shares: number[];
  pixels: number[];
  canUndo: boolean;
  canClear: boolean;
}

const SHOWN = `({
  digit: document.getElementById("digit").textContent,
  shares: [...document.querySelectorAll("#bars i")].map(({ style }) => Number(style.getPropertyValue("--share"))),
  pixels: [...document.getElementById("seen").getContext("2d").getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 0),
  canUndo: !document.getElementById("undo").disabled,
  canClear: !document.getElementById("clear").disabled,
})`;

/** Opens the page, and checks in the end that it asked for nothing and that nothing went wrong in it. */
async function onPage(screen: Screen, body: (page: DrivenPage) => Promise<void>, name = "cnn"): Promise<void> {
  const page = await DrivenPage.open(urls[name], screen);
  try {
    await body(page);
    assert.equal(page.problems, []);
    assert.equal(
      page.requests.filter((url) => !url.startsWith("data:")),
      [urls[name]],
    );
  } finally {
    await page.close();
  }
}

async function draw(page: DrivenPage, digit: number, how: "drag" | "swipe" = "drag"): Promise<void> {
  const { left, top, side } = await page.evaluate<{ left: number; top: number; side: number }>(
    `(({ left, top, width }) => ({ left, top, side: width }))(document.getElementById("square").getBoundingClientRect())`,
  );
  for (const stroke of DIGIT_STROKES[digit]) await page[how](stroke.map(([x, y]) => [left + x * side, top + y * side]));
}

for (const name of ["cnn", "linear"] as const) {
  test(`${name}: digits drawn by mouse are read as the library reads the picture that the page shows`, async () => {
    await onPage(
      DESKTOP,
      async (page) => {
        for (const digit of Object.keys(DIGIT_STROKES).map(Number)) {
          await draw(page, digit);
          const { pixels, digit: shown, shares } = await page.evaluate<Shown>(SHOWN);
          const expected = new Classifier(loaded[name].network).read(Uint8Array.from(pixels));
          assert.is(shown, String(expected.digit));
          if (name === "cnn") assert.is(shown, String(digit));
          for (let i = 0; i < 10; i++)
            assert.ok(Math.abs(shares[i] - (expected.probabilities?.[i] ?? Number.NaN)) < 1e-4);
          await page.evaluate(`document.getElementById("clear").click()`);
          await page.settle();
        }
      },
      name,
    );
  });
}

test("a finger draws on a phone, in both schemes, and nothing is wider than the screen", async () => {
  for (const isDark of [false, true]) {
    await onPage({ ...PHONE, isDark }, async (page) => {
      await draw(page, 4, "swipe");
      assert.is((await page.evaluate<Shown>(SHOWN)).digit, "4");
      assert.is(await page.evaluate("document.documentElement.scrollWidth"), PHONE.width);
      assert.is(await page.evaluate("scrollY"), 0, "drawing scrolled the page");
      const background = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
      assert.is(Number(background.match(/\d+/)?.[0]) < 128, isDark, background);
    });
  }
});

test("strokes are undone, and everything is cleared and brought back, by buttons and by keys", async () => {
  await onPage(DESKTOP, async (page) => {
    const shown = (): Promise<Shown> => page.evaluate<Shown>(SHOWN);
    const empty = await shown();
    assert.equal([empty.digit, empty.canUndo, empty.canClear], ["?", false, false]);
    assert.ok(empty.pixels.every((value) => value === 0));
    await draw(page, 4);
    const whole = await shown();
    assert.equal([whole.digit, whole.canUndo, whole.canClear], ["4", true, true]);
    await page.press("Control+z");
    assert.not.equal((await shown()).pixels, whole.pixels);
    await page.press("Control+z");
    assert.equal((await shown()).pixels, empty.pixels);
    await draw(page, 4);
    await page.press("Delete");
    const cleared = await shown();
    assert.equal([cleared.digit, cleared.canUndo, cleared.canClear], ["?", true, false]);
    await page.evaluate(`document.getElementById("undo").click()`);
    await page.settle();
    assert.equal((await shown()).pixels, whole.pixels);
  });
});

test("with the keyboard alone one draws, and reaches and presses the buttons", async () => {
  await onPage(DESKTOP, async (page) => {
    const focused = (): Promise<string> => page.evaluate<string>("document.activeElement.id");
    await page.press("Tab");
    assert.is(await focused(), "square");
    await page.press(...Array(9).fill("ArrowUp"), " ", ...Array(18).fill("ArrowDown"), " ");
    assert.is((await page.evaluate<Shown>(SHOWN)).digit, "1");
    await page.press("Tab", "Tab");
    assert.is(await focused(), "clear");
    await page.press("Enter");
    assert.is((await page.evaluate<Shown>(SHOWN)).digit, "?");
  });
});

test("what the network says is announced, and the footer says whose weights they are", async () => {
  await onPage(DESKTOP, async (page) => {
    await draw(page, 7);
    await page.evaluate("new Promise((done) => setTimeout(done, 1000))");
    const text = (id: string): Promise<string> => page.evaluate<string>(`document.getElementById("${id}").textContent`);
    assert.match(await text("spoken"), /^7, \d+(\.\d)? % sure$/);
    const { test_accuracy } = JSON.parse(
      readFileSync(new URL("../../models/pretrained/cnn.json", import.meta.url), "utf8"),
    );
    assert.is(
      await text("origin"),
      `A convolutional network of 102,026 parameters, trained on MNIST: ${(100 * test_accuracy).toFixed(2)} % of MNIST's test images right.`,
    );
    assert.match(
      await text("digest"),
      /^Weights sha256 [0-9a-f]{12}…, made by simdgrad \d+\.\d+\.\d+\. MIT License\.$/,
    );
  });
});

test("a checkpoint that lies in wait runs nothing in the page, and is text there", async () => {
  const lure = `</script><script>document.title = "ours"</script><img src=x onerror="document.title = 'ours'">\u2028";document.title = "ours"//`;
  const fields = ["dataset", "trained_on", "simdgrad", "kernels", "note", "test_accuracy", lure];
  const path = join(folder, "hostile.html");
  const metadata = readCheckpointMetadata({ ...Object.fromEntries(fields.map((name) => [name, lure])), trained_on: lure.replace("\u2028", "") }); // biome-ignore format: one line
  writeFileSync(path, exportHtml({ ...loaded.linear, name: lure, metadata }));
  const page = await DrivenPage.open(pathToFileURL(path).href, DESKTOP);
  try {
    const found = `[document.title, document.scripts.length, document.images.length, document.getElementById("origin").textContent]`;
    const [title, scripts, images, origin] = await page.evaluate<[string, number, number, string]>(found);
    assert.equal([title, scripts, images], ["Draw a digit", 2, 0]);
    assert.ok(origin.includes(", trained on </script><script>"), origin);
    assert.equal(page.problems, []);
  } finally {
    await page.close();
  }
});

test("the page cannot ask the network for anything, even if its script tried", async () => {
  const page = await DrivenPage.open(urls.linear, DESKTOP);
  try {
    // By the policy's own report, since without a connection nothing would come either.
    const refused = await page.evaluate(`new Promise((done) => {
      const directives = [];
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
        if (directives.push(effectiveDirective) === 2) done(directives.sort());
      });
      fetch("https://example.org/").catch(() => {});
      new Image().src = "https://example.org/a.png";
    })`);
    assert.equal(refused, ["connect-src", "img-src"]);
  } finally {
    await page.close();
  }
});

test.run();
