// The web app as people open it: served by the real server, drawn on by mouse, finger, pen and keys.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { BrowserContextOptions } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { PAPER_SIDE, pictureOf, preprocessDigit, type Stroke } from "../../data/index.ts";
import { Classifier, MODEL_NAMES, type ModelName } from "../../models/index.ts";
import { SAMPLES } from "../../web/draw/sample_strokes.ts";
import { gate } from "../support/gate.ts";
import { shippedAccuracy, shippedModel } from "../support/shipped_model.ts";
import { strokeTimes, watchStrokes } from "../support/stroke_times.ts";
import {
  answersAre,
  axeFindings,
  bothReady,
  button,
  drawByFinger,
  drawByMouse,
  PHONE,
  placeOn,
  shows,
  type VisitOptions,
  WebApp,
} from "../support/web_app.ts";

const test = suite("the web app in a browser");

/** What a page may load until it reads with the first network, compressed. */
const MOST_BYTES = 80_000;

const app = WebApp.for(test);

const withApp = (work: Parameters<WebApp["visit"]>[0], options?: VisitOptions): Promise<void> =>
  app.visit(work, options);

test("a drawn digit is read by both networks, as they read it elsewhere", async () => {
  await withApp(async (page) => {
    await drawByMouse(page, SAMPLES[3]);
    await shows(page, "3");
    await answersAre(page, [["3", "3"]]);
    assert.match((await page.locator(".verdict-panel .text-lg").textContent()) ?? "", /^\d[\d.]* % sure$/);
    const latencies = await page.locator(".latency").allTextContents();
    assert.ok(
      latencies.every((each) => /^\d+\.\d\d ms$/.test(each)),
      latencies.join(),
    );
    const seen = await page.locator(".seen canvas").evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext("2d")?.getImageData(0, 0, 28, 28) ?? { data: [] };
      return Array.from({ length: 784 }, (_, i) => data[4 * i]);
    });
    const ink = seen.reduce((sum, value) => sum + value, 0);
    assert.ok(ink > 10_000 && ink < 60_000, `${ink} of ink in what the networks see`);
    await page
      .getByRole("status")
      .getByText(/^3, \d[\d.]* % sure\.$/)
      .waitFor({ state: "attached" }); // after a while
  });
});

test("every sample is read right, and draws itself", async () => {
  await withApp(async (page) => {
    for (const [sample] of SAMPLES.entries()) {
      await button(page, `Draw a sample ${sample}`).click();
      await shows(page, String(sample));
    }
  });
});

test("the choice of which network leads moves the large answer, and stands in the address", async () => {
  // Drawn so that the two networks disagree, by what they say outside the page.
  const strokes = disagreed();
  await withApp(async (page) => {
    await drawByMouse(page, strokes.drawn);
    await shows(page, String(strokes.answers.cnn));
    await page.getByText("Linear model").click();
    await shows(page, String(strokes.answers.linear));
    assert.match(page.url(), /#draw\?lead=linear$/);
    await page.reload();
    await bothReady(page);
    await shows(page, String(strokes.answers.linear));
  });
});

test("undo takes strokes back one by one, clear all, and undo brings them back", async () => {
  await withApp(async (page) => {
    assert.ok(await button(page, "Undo").isDisabled());
    await drawByMouse(page, SAMPLES[4]);
    await shows(page, "4");
    await button(page, "Undo").click();
    await button(page, "Undo").click();
    await page.getByText("Draw a digit here").waitFor();
    await shows(page, "?");
    await drawByMouse(page, SAMPLES[4]);
    await page.keyboard.press("Delete");
    await page.getByText("Draw a digit here").waitFor();
    await page.keyboard.press("Control+z");
    await shows(page, "4");
    assert.equal((await page.getByText("%", { exact: false }).count()) > 0, true);
  });
});

test("keys draw", async () => {
  await withApp(async (page) => {
    await page.locator(".ink").focus();
    const press = async (key: string, times: number): Promise<void> => {
      for (let i = 0; i < times; i++) await page.keyboard.press(key);
    };
    await press("ArrowUp", 9);
    await press("ArrowLeft", 5);
    await press("Space", 1);
    await press("ArrowRight", 10);
    for (let i = 0; i < 8; i++) {
      await press("ArrowDown", 2);
      if (i % 2 === 0) await press("ArrowLeft", 1);
    }
    await press("Space", 1);
    await shows(page, "7");
    // Tab leaves the sheet: nobody is caught there.
    await page.keyboard.press("Tab");
    assert.not(await page.locator(".ink").evaluate((each) => each === document.activeElement));
  });
});

test("a picture is read where it is dropped, pasted or chosen; drawing takes its place, and undo brings the drawing back", async () => {
  await withApp(async (page) => {
    const give = (type: "drop" | "paste", sample: number): Promise<void> =>
      page.evaluate(
        async ([type, base64]) => {
          const bytes = Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
          const data = new DataTransfer();
          data.items.add(new File([bytes], "digit.png", { type: "image/png" }));
          const options = { bubbles: true, cancelable: true };
          document.body.dispatchEvent(
            type === "drop"
              ? new DragEvent("drop", { ...options, dataTransfer: data })
              : new ClipboardEvent("paste", { ...options, clipboardData: data }),
          );
        },
        [type, readFileSync(`docs/digits/${sample}.png`).toString("base64")] as const,
      );
    await drawByMouse(page, SAMPLES[1]);
    await shows(page, "1");
    await give("drop", 5);
    await shows(page, "5");
    await page.getByRole("img", { name: "The picture being read" }).waitFor();
    await button(page, "Undo").click();
    await shows(page, "1");
    await give("paste", 8);
    await shows(page, "8");
    await page.getByLabel("A picture of a digit").setInputFiles("docs/digits/2.png");
    await shows(page, "2");
    await drawByMouse(page, SAMPLES[7]);
    await shows(page, "7");
    await page.getByLabel("A picture of a digit").setInputFiles("package.json");
    await page.getByRole("alert").getByText("package.json is not a picture").waitFor();
    await button(page, "OK").click();
    await shows(page, "7");
  });
});

test("what makes a reading doubtful is said", async () => {
  await withApp(async (page) => {
    await drawByMouse(page, [
      [
        { x: 40, y: 40 },
        { x: 40, y: 150 },
      ],
      [
        { x: 150, y: 40 },
        { x: 150, y: 150 },
      ],
    ]);
    await page
      .locator(".warnings")
      .getByText("Several separate marks; only the one with the most ink is read.")
      .waitFor();
  });
});

test("a drawing and its brush outlast a reload", async () => {
  await withApp(async (page) => {
    await page.getByLabel("Brush").fill("5");
    await drawByMouse(page, SAMPLES[6]);
    await shows(page, "6");
    await page.reload();
    await bothReady(page);
    await shows(page, "6");
    assert.is(await page.getByLabel("Brush").inputValue(), "5");
    assert.match(page.url(), /#draw\?brush=5$/);
    await button(page, "Undo").click();
    await page.getByText("Draw a digit here").waitFor();
  });
});

test("a finger draws on a phone, and the page neither scrolls nor is wider than the screen", async () => {
  await withApp(async (page) => {
    await drawByFinger(page, SAMPLES[2]);
    await shows(page, "2");
    const { scrolled, overflow, isFolded } = await page.evaluate(() => ({
      scrolled: window.scrollY,
      overflow: document.documentElement.scrollWidth - innerWidth,
      // Sheet, answer and bars above the fold.
      isFolded: [".sheet", ".digit", ".seen", ".bars"].some(
        (each) => (document.querySelector(each)?.getBoundingClientRect().bottom ?? Infinity) > innerHeight,
      ),
    }));
    assert.equal({ scrolled, overflow, isFolded }, { scrolled: 0, overflow: 0, isFolded: false });
  }, PHONE);
});

test("once a pen is seen it can be chosen what its pressure and fingers do", async () => {
  await withApp(async (page) => {
    assert.is(await page.getByRole("switch").count(), 0);
    const client = await page.context().newCDPSession(page);
    const place = await placeOn(page);
    const pen = (type: "mousePressed" | "mouseMoved" | "mouseReleased", at: { x: number; y: number }, force: number) =>
      client.send("Input.dispatchMouseEvent", { type, ...at, button: "left", buttons: 1, pointerType: "pen", force });
    for (const stroke of SAMPLES[0]) {
      await pen("mousePressed", place(stroke[0]), 0.9);
      for (const point of stroke) await pen("mouseMoved", place(point), 0.9);
      await pen("mouseReleased", place(stroke[0]), 0);
    }
    await shows(page, "0");
    await page.getByRole("switch", { name: "Pressure" }).uncheck();
    assert.match(page.url(), /pressure=no/);
    await page.getByRole("switch", { name: "Fingers draw, too" }).check();
    assert.match(page.url(), /fingers=yes/);
    // Also at the next visit, before the pen touches anything.
    await page.reload();
    await page.getByRole("switch", { name: "Pressure" }).waitFor();
  });
});

test("controls are large enough for fingers, and nothing moves when there is something to read", async () => {
  await withApp(
    async (page) => {
      const places = (): Promise<unknown> =>
        page.evaluate(() =>
          [".sheet", ".digit", ".seen", ".bars", ".contest"].map((each) => {
            const { x, y, width, height } = (document.querySelector(each) as Element).getBoundingClientRect();
            return [each, x, y, width, height].join(" ");
          }),
        );
      const before = await places();
      await drawByMouse(page, SAMPLES[9]);
      await shows(page, "9");
      assert.equal(await places(), before);
      const small = await page.evaluate(() =>
        [...document.querySelectorAll("button, input:not(.radio):not(.hidden), label.contestant")]
          .filter((each) => {
            const { width, height } = each.getBoundingClientRect();
            return Math.min(width, height) < 44;
          })
          .map((each) => each.outerHTML.slice(0, 100)),
      );
      assert.equal(small, []);
    },
    { ...PHONE, reducedMotion: "reduce" },
  );
});

const THEMES: BrowserContextOptions[] = [{ colorScheme: "light" }, { colorScheme: "dark" }, { forcedColors: "active" }];

test("axe finds nothing serious, in every theme, on a phone and a desk, empty and drawn", async () => {
  const axe = readFileSync("node_modules/axe-core/axe.min.js", "utf8");
  for (const theme of THEMES) {
    for (const device of [PHONE, {}]) {
      await withApp(
        async (page) => {
          for (const isDrawn of [false, true]) {
            if (isDrawn) await button(page, "Draw a sample 3").click();
            await shows(page, isDrawn ? "3" : "?");
            const violations = await axeFindings(page, axe);
            assert.equal(violations, [], JSON.stringify([theme, device.viewport ?? "desk", isDrawn]));
          }
        },
        { ...device, ...theme, reducedMotion: "reduce" },
      );
    }
  }
});

test("the theme is the system's until one is chosen, which outlasts a reload and stands in no link", async () => {
  await withApp(
    async (page) => {
      const look = (): Promise<string> => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
      assert.is(await look(), "dark");
      await button(page, "Theme: system setting").click();
      assert.is(await look(), "light");
      await page.reload();
      await button(page, "Theme: light").click();
      assert.is(await look(), "dark");
      await page.emulateMedia({ colorScheme: "light" });
      assert.is(await look(), "dark");
      await button(page, "Theme: dark").click();
      assert.is(await look(), "light");
      assert.is(new URL(page.url()).hash, "");
    },
    { colorScheme: "dark" },
  );
});

test("a link brings its settings, and one that asks for too much what there is", async () => {
  await withApp(
    async (page) => {
      assert.is(await page.getByLabel("Brush").inputValue(), "5");
      assert.ok(await page.getByRole("radio", { name: "CNN" }).isChecked());
    },
    { at: "/#draw?brush=99&lead=nobody" },
  );
});

test("bars follow the pen, point by point", async () => {
  await withApp(async (page) => {
    await drawByMouse(page, SAMPLES[3]);
    await shows(page, "3");
    await watchStrokes(page);
    await button(page, "Clear").click();
    for (const sample of [8, 2, 5, 6]) {
      await drawByMouse(page, SAMPLES[sample]);
      await page.waitForTimeout(50);
      await button(page, "Clear").click();
    }
    const { toBars, longTasks } = await strokeTimes(page);
    const median = [...toBars].sort((a, b) => a - b)[toBars.length >> 1];
    console.log(`measured: ${median.toFixed(1)} ms from a stroke to its bars, the median of ${toBars.length}`);
    console.log(
      `measured: ${longTasks.length} tasks of 50 ms and more meanwhile; npm run trace:web says what is wanted`,
    );
    assert.ok(toBars.length > 20, `${toBars.length} changes of the bars`);
  });
});

test("no part imports the script of a worker: WebKit would run that once more, beside the worker", () => {
  const names = readdirSync("dist/web/assets").filter((name) => name.endsWith(".js"));
  const scripts = names.filter((name) => /_worker-/.test(name));
  assert.ok(scripts.length > 5, scripts.join(" "));
  for (const name of names) {
    const code = readFileSync(`dist/web/assets/${name}`, "utf8");
    for (const script of scripts) assert.not.match(code, new RegExp(`(from|import) ?"\\./${script}"`), name);
  }
});

test("what is loaded until the first answer is small, and one variant of the kernels", async () => {
  const context = await app.browser.newContext();
  try {
    const page = await context.newPage();
    const loaded: string[] = [];
    page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
    const started = performance.now();
    await page.goto(app.server.url);
    await page.getByText(`${shippedAccuracy("linear")} of MNIST`).waitFor();
    console.log(`measured: ${(performance.now() - started).toFixed(0)} ms from nothing to a network that reads`);
    // Two parts of the reader are asked for as soon as the first network reads, and not before.
    const code = loaded.filter(
      (path) => /\.(js|css|wasm)$/.test(path) && !/(search_digits|digit_likeness)-/.test(path),
    );
    assert.is(code.filter((path) => path.endsWith(".wasm")).length, 1, code.join(" "));
    // What is a few bytes long has no packed form.
    const packed = (path: string): string =>
      existsSync(`dist/web${path}.gz`) ? `dist/web${path}.gz` : `dist/web${path}`;
    const bytes = code.reduce((sum, path) => sum + readFileSync(packed(path)).length, 0);
    console.log(`measured: ${(bytes / 1000).toFixed(1)} kB of script, style and kernels, by gzip`);
    assert.ok(bytes <= MOST_BYTES, `${bytes} bytes`);
  } finally {
    await context.close();
  }
});

test("where the weights or the kernels cannot be loaded the page says so, and tries again", async () => {
  const context = await app.browser.newContext();
  try {
    const page = await context.newPage();
    await page.route(/\.wasm$/, (route) => route.abort());
    await page.goto(app.server.url);
    await page
      .getByRole("alert")
      .getByText(/^reading\..* could not be loaded: no connection\.$/)
      .waitFor();
    await button(page, "Draw a sample 5").click();
    await page.unroute(/\.wasm$/);
    await button(page, "Try again").click();
    await shows(page, "5");
    assert.is(await page.getByRole("alert").count(), 0);
  } finally {
    await context.close();
  }
});

test("a section that cannot be loaded is said where it was opened, and nowhere else", async () => {
  const context = await app.browser.newContext({ serviceWorkers: "block" });
  const late = gate();
  try {
    const page = await context.newPage();
    await page.route(/assets\/inside-.*\.js$/, (route) => late.opened.then(() => route.abort()));
    await page.goto(app.server.url);
    await bothReady(page);
    const failed = page.waitForEvent("requestfailed");
    await page.getByRole("link", { name: "See inside" }).click();
    await page.getByRole("link", { name: "Draw", exact: true }).click();
    late.open();
    await failed;
    await button(page, "Draw a sample 5").click();
    await shows(page, "5");
    assert.is(await page.getByRole("alert").count(), 0);
    await page.getByRole("link", { name: "See inside" }).click();
    await page.getByRole("alert").getByText("“See inside” could not be loaded.").waitFor();
  } finally {
    await context.close();
  }
});

test("a browser without WebAssembly SIMD says which one to take", async () => {
  const context = await app.browser.newContext();
  try {
    const page = await context.newPage();
    await page.addInitScript(() => {
      WebAssembly.validate = () => false;
    });
    await page.goto(app.server.url);
    await page
      .getByRole("alert")
      .getByText("This browser has no WebAssembly SIMD. Use one from 2023 or later.")
      .waitFor();
  } finally {
    await context.close();
  }
});

test("without JavaScript there is a page to read", async () => {
  const context = await app.browser.newContext({ javaScriptEnabled: false });
  try {
    const page = await context.newPage();
    await page.goto(app.server.url);
    assert.ok(await page.locator(".no-script").isVisible());
  } finally {
    await context.close();
  }
});

test("a browser that does not understand the style sheet shows what to do", async () => {
  const context = await app.browser.newContext();
  try {
    const page = await context.newPage();
    await page.route(/\.css$/, (route) => route.fulfill({ contentType: "text/css", body: "" }));
    await page.goto(app.server.url);
    await page.locator("#floor").getByText("Chrome or Edge 111, Firefox 128, Safari 16.4").waitFor();
  } finally {
    await context.close();
  }
});

/** A drawing of which the two networks say different things, found among samples that are turned. */
function disagreed(): { drawn: Stroke[]; answers: Record<ModelName, number> } {
  const classifiers = MODEL_NAMES.map((name) => [name, new Classifier(shippedModel(name).network)] as const);
  for (const sample of SAMPLES) {
    for (const turn of [-0.9, -0.6, 0.6, 0.9]) {
      const drawn = sample.map((stroke) => stroke.map((point) => turned(point, turn)));
      const seen = preprocessDigit(pictureOf(drawn));
      const answers = classifiers.map(([name, classifier]) => [name, classifier.read(seen)] as const);
      const isSure = answers.every(([, { confidence }]) => (confidence ?? 0) > 0.6);
      if (isSure && new Set(answers.map(([, { digit }]) => digit)).size > 1) {
        return {
          drawn,
          answers: Object.fromEntries(answers.map(([name, each]) => [name, each.digit])) as Record<ModelName, number>,
        };
      }
    }
  }
  throw new Error("the networks agree on every turned sample");
}

function turned({ x, y }: { x: number; y: number }, angle: number): { x: number; y: number } {
  const [dx, dy] = [x - PAPER_SIDE / 2, y - PAPER_SIDE / 2];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return { x: PAPER_SIDE / 2 + dx * cos - dy * sin, y: PAPER_SIDE / 2 + dx * sin + dy * cos };
}

test.run();
