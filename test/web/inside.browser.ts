// "See inside" as people use it: on the drawing of the whole app, in a worker of its own.

import { readFileSync } from "node:fs";
import type { BrowserContextOptions, Locator, Page } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeCheckpoint } from "../../lib/index.ts";
import { writeCheckpointMetadata } from "../../models/index.ts";
import { SAMPLES } from "../../web/draw/sample_strokes.ts";
import { gate } from "../support/gate.ts";
import { shippedAccuracy, shippedMistakes, shippedModel } from "../support/shipped_model.ts";
import {
  axeFindings,
  button,
  drawByMouse,
  PHONE,
  placeOn,
  shows,
  type VisitOptions,
  WebApp,
  workersAre,
} from "../support/web_app.ts";

const test = suite("see inside");

const app = WebApp.for(test);

/** Opens a view directly. */
const inside = (view: string, work: (page: Page) => Promise<void>, options: VisitOptions = {}): Promise<void> =>
  app.visit(work, {
    at: `/#inside?view=${view}`,
    ready: (page) => page.getByRole("tab", { selected: true }).waitFor(),
    ...options,
  });

/** Samples do not draw themselves, but are there at once. */
const STILL: VisitOptions = { reducedMotion: "reduce" };

const sample = (page: Page, digit: number): Promise<void> => button(page, `Draw a sample ${digit}`).click();
/** What the networks read, the CNN first. */
const readAs = (page: Page, digits: string): Promise<void> =>
  page
    .locator(".inside-answers")
    .filter({ hasText: new RegExp(`^CNN${digits[0]}.*${digits[1]}`) })
    .waitFor();

/** What a picture shows, as a text that is another for another picture. */
const picture = (raster: Locator): Promise<string> =>
  raster.evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());

async function changes(raster: Locator, from: string): Promise<string> {
  for (;;) {
    const now = await picture(raster);
    if (now !== from) return now;
    await raster.page().waitForTimeout(20);
  }
}

test("it is loaded when it is opened, shows the drawing that there is, and its maps change with every stroke", async () => {
  await app.visit(async (page) => {
    await drawByMouse(page, SAMPLES[3]);
    await shows(page, "3");
    const loaded: string[] = [];
    page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
    assert.is(page.workers().filter((worker) => /inside/.test(worker.url())).length, 0);
    await page.getByRole("link", { name: "See inside" }).click();
    const grids = page.locator(".inside-grid");
    await grids.nth(4).waitFor();
    assert.is(page.workers().filter((worker) => /inside/.test(worker.url())).length, 1);
    assert.ok(
      loaded.some((path) => /inside-.*\.js$/.test(path)) && loaded.some((path) => /inside-.*\.css$/.test(path)),
    );
    await readAs(page, "33");
    assert.is(await grids.count(), 5);
    assert.match((await page.locator(".inside-digits .inside-best").textContent()) ?? "", /^3/);

    const layers = [0, 1, 2].map((i) => grids.nth(i).locator("canvas"));
    let shown = await Promise.all(layers.map(picture));
    const place = await placeOn(page);
    await page.mouse.move(place({ x: 30, y: 120 }).x, place({ x: 30, y: 120 }).y);
    await page.mouse.down();
    for (const x of [60, 100, 150]) {
      await page.mouse.move(place({ x, y: 120 }).x, place({ x, y: 120 }).y);
      // While the pen is down.
      shown = await Promise.all(layers.map((layer, i) => changes(layer, shown[i])));
    }
    await page.mouse.up();
    await page.getByRole("link", { name: "Draw", exact: true }).click();
    await page.locator(".bars").waitFor();
    await button(page, "Undo").click();
    await shows(page, "3");
  });
});

/** The ledger's lines by what they say. */
async function ledger(page: Page): Promise<Map<string, number>> {
  const rows = await page
    .locator(".inside-ledger tr")
    .evaluateAll((all) =>
      all.map((row) => [row.querySelector("th")?.textContent ?? "", row.querySelector("td")?.textContent ?? ""]),
    );
  return new Map(rows.map(([name, value]) => [name, Number(value.replace("−", "-"))]));
}

test("a map that is tapped opens, and the numbers of a pixel add up to what the network computed", async () => {
  // Numbers of a sample that is still being drawn would change while they are read.
  await inside(
    "layers",
    async (page) => {
      await sample(page, 8);
      await readAs(page, "88");
      const second = page.getByRole("slider", { name: "Layer 2: choose one of 64" });
      const box = await second.boundingBox();
      assert.ok(box);
      await page.mouse.click(box.x + (10.5 / 32) * box.width, box.y + 0.75 * box.height);
      await page.getByRole("heading", { name: "Layer 2, map 43" }).waitFor();
      // The worker tells them a moment later.
      await page.locator(".inside-term").nth(5).waitFor();
      assert.is(await page.locator(".inside-term").count(), 6);

      const picker = page.getByRole("slider", { name: "Pixels of map 43" });
      await picker.focus();
      for (const key of ["ArrowUp", "ArrowLeft", "ArrowLeft"]) await page.keyboard.press(key);
      await page.getByText("row 7, column 6.").waitFor();
      // The sum follows the choice in a moment.
      await page.waitForFunction(
        (slider) => {
          const value = slider?.getAttribute("aria-valuetext")?.replace(/.*: /, "");
          const own = document.querySelector(".inside-ledger tr:last-child td")?.textContent ?? "";
          return Number(own).toFixed(2) === value;
        },
        await picker.elementHandle(),
      );
      const lines = await ledger(page);
      const line = (name: RegExp): number => [...lines].find(([text]) => name.test(text))?.[1] ?? Number.NaN;
      const near = (a: number, b: number, what: string): void =>
        assert.ok(Math.abs(a - b) < 0.0051, `${what}: ${a}, ${b}`);
      near(line(/largest/) + line(/others/) + line(/^Bias/), line(/^Sum/), "sum");
      const [, mean, scale, sign, shift] =
        [...lines.keys()].join("\n").match(/\(sum − \(?([−\d.]+)\)?\) × ([−\d.]+) ([+−]) ([\d.]+)/) ?? [];
      const number = (text: string): number => Number(text.replace("−", "-"));
      const normalized = (line(/^Sum/) - number(mean)) * number(scale) + (sign === "−" ? -1 : 1) * number(shift);
      assert.ok(Math.abs(normalized - line(/^Batch norm/)) < 0.02, `${normalized}, ${line(/^Batch norm/)}`);
      near(Math.max(0, line(/^Batch norm/)), line(/^ReLU/), "ReLU");
      near(line(/^ReLU/), line(/own value/), "the network's own");

      await second.focus();
      await page.keyboard.press("ArrowRight");
      await page.getByRole("heading", { name: "Layer 2, map 44" }).waitFor();
      await button(page, "Previous").click();
      await page.getByRole("heading", { name: "Layer 2, map 43" }).waitFor();
      await page.getByText("As a table").first().click();
      await page.locator(".inside-scroll td").last().waitFor();
      assert.is(await page.locator(".inside-scroll td").count(), 14 * 14);
    },
    STILL,
  );
});

test("saliency follows the drawing and the digit that is asked for", async () => {
  await inside("why", async (page) => {
    await page.getByText("Draw a digit on the sheet").waitFor();
    await sample(page, 7);
    await page.getByText("What speaks for 7").nth(1).waitFor();
    const cnn = page.getByRole("img", { name: "Saliency of the CNN" });
    const before = await picture(cnn);
    await page.locator(".inside-option").getByText("2", { exact: true }).click();
    await page.getByText("What speaks for 2").nth(1).waitFor();
    await changes(cnn, before);
  });
});

test("both networks are fooled by changes whose size is told, towards the digit that is chosen", async () => {
  await inside(
    "fool",
    async (page) => {
      await sample(page, 7);
      await readAs(page, "77");
      await button(page, "Fool both networks").click();
      await page.locator(".inside-distances").waitFor();
      const told = await page.locator(".inside-figure > p:first-child").allTextContents();
      assert.is(told.length, 2);
      for (const text of told) {
        const [, from, to] = text.match(/Read as (\d), .* sure; changed as (\d), .* sure\.$/) ?? [];
        assert.ok(from === "7" && to !== undefined && to !== "7", text);
      }
      assert.match(
        (await page.locator(".inside-hint").first().textContent()) ?? "",
        /of 784 pixels, .* of 255\. Length/,
      );
      const target = await page
        .locator(".inside-distances tbody tr")
        .evaluateAll((rows) =>
          rows.findIndex((row) => [...row.querySelectorAll("td")].every((cell) => Number(cell.textContent) > 0)),
        );
      await page.locator(".inside-option").getByText(String(target), { exact: true }).click();
      await page.getByText(`changed as ${target},`).nth(1).waitFor();
      // What was found is of another drawing.
      await sample(page, 1);
      await page.locator(".inside-distances").waitFor({ state: "detached" });
      // Who asks in the very frame in which the next one is read is answered, too.
      await page.evaluate(
        () =>
          new Promise<void>((resolve) => {
            new MutationObserver((_, observer) => {
              observer.disconnect();
              document.querySelector<HTMLElement>(".inside-primary")?.click();
              resolve();
            }).observe(document.querySelector(".inside-answers") as Element, { subtree: true, characterData: true });
            document.querySelector<HTMLElement>("[aria-label='Draw a sample 4']")?.click();
          }),
      );
      await page.locator(".inside-distances").waitFor();
    },
    STILL,
  );
});

test("a dream grows before one's eyes, until both networks are sure of it", async () => {
  await inside("dream", async (page) => {
    const cnn = page.getByRole("img", { name: "The dream of the CNN" });
    let shown = await picture(cnn);
    await button(page, "Dream a 7").click();
    for (let i = 0; i < 4; i++) shown = await changes(cnn, shown);
    await page.getByRole("progressbar", { name: "Steps" }).and(page.locator("[aria-valuenow='100']")).waitFor();
    const sure = await page.locator(".inside-figure figcaption").allTextContents();
    for (const text of sure) assert.match(text, /(9\d(\.\d)?|100) % sure$/);
    await page.locator(".inside-option").getByText("3", { exact: true }).click();
    await button(page, "Dream a 3").click();
    await button(page, "Stop").click();
    await button(page, "Dream a 3").waitFor();
  });
});

test("the drawing moves among a thousand test digits, each of which can be seen and taken", async () => {
  await inside("map", async (page) => {
    const chart = page.getByRole("slider", { name: "Map of test digits" });
    await chart.waitFor();
    const canvas = chart.locator("canvas");
    await page.waitForTimeout(100);
    const without = await picture(canvas);
    await sample(page, 0);
    const withZero = await changes(canvas, without);
    await page
      .getByRole("button", { name: /^Test digit \d+, a 0, at distance/ })
      .first()
      .waitFor();
    await sample(page, 1);
    await changes(canvas, withZero);
    await page
      .getByRole("button", { name: /^Test digit \d+, a 1, at distance/ })
      .first()
      .waitFor();
    await chart.focus();
    await page.keyboard.press("ArrowRight");
    const first = (await chart.getAttribute("aria-valuetext")) ?? "";
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    const second = (await chart.getAttribute("aria-valuetext")) ?? "";
    assert.match(second, /^Test digit \d+, a \d$/);
    assert.is.not(second, first);
    await page
      .getByRole("button", { name: /^Test digit \d+, a 1, at distance/ })
      .first()
      .click();
    await button(page, "Put it on the sheet").click();
    await page.getByRole("img", { name: "The picture being read" }).waitFor();
    // It is nearest to itself.
    await page.getByRole("button", { name: /, a 1, at distance 0\.0$/ }).waitFor();
  });
});

test("all 10,000 test digits are read, and each mistake can be taken to the sheet, where it is made again", async () => {
  await inside("errors", async (page) => {
    await button(page, "Read all 10,000").click();
    await page.getByText(`${shippedAccuracy("cnn")} right`).waitFor();
    await page.getByText(`${shippedMistakes("cnn")} of 10,000 wrong`).waitFor();
    const counts = await page.locator(".confusion-cell").allTextContents();
    assert.is(counts.length, 100);
    assert.is(
      counts.reduce((sum, text) => sum + (Number(text) || 0), 0),
      10_000,
    );

    const worst = page.getByRole("button", { name: /: test digit/ }).first();
    const [, predicted] = ((await worst.getAttribute("aria-label")) ?? "").match(/^\d → (\d)/) ?? [];
    await worst.click();
    await page
      .locator(".inside-answers")
      .filter({ hasText: new RegExp(`^CNN${predicted}`) })
      .waitFor();

    await button(page, "5 × a 9 read as 4").click();
    await page.getByRole("heading", { name: "9 read as 4" }).waitFor();
    assert.is(await page.getByRole("button", { name: /^9 → 4: test digit/ }).count(), 5);
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "8 read as 4" }).waitFor();
    await page.getByText("Linear model", { exact: true }).last().click();
    await page.getByText(`${shippedAccuracy("linear")} right`).waitFor();
    await page.getByText("739 of 10,000 wrong").waitFor();
  });
});

test("it looks into the networks that read: one's own where there are some", async () => {
  const { network, metadata } = shippedModel("cnn");
  const last = network.parameters().slice(-2);
  for (const parameter of last) parameter.data.fill(0);
  const weights = [...encodeCheckpoint(network, writeCheckpointMetadata(metadata))];
  await inside("layers", async (page) => {
    await page.locator(".inside-grid").nth(4).waitFor();
    await page.evaluate(async (bytes) => {
      const store = await new Promise<IDBObjectStore>((resolve) => {
        const request = indexedDB.open("keyval-store");
        request.onsuccess = () => resolve(request.result.transaction("keyval", "readwrite").objectStore("keyval"));
      });
      const put = store.put({ origin: "opened", weights: Uint8Array.from(bytes) }, "weights-cnn");
      await new Promise((resolve) => {
        put.onsuccess = resolve;
      });
    }, weights);
    await page.reload();
    await page.getByText("CNN (your own)").waitFor();
    await page.waitForFunction(() => /^0 0\.01 0\.0/.test(document.querySelector(".inside-digits")?.textContent ?? ""));
  });
});

test("left for a minute its worker ends, and starts anew for whoever comes back; left for less it stays", async () => {
  const leftFor = async (page: Page, seconds: number): Promise<void> => {
    await page.getByRole("link", { name: "Draw", exact: true }).click();
    await page.locator(".inside").waitFor({ state: "detached" });
    // It counts its minute from when the frame without it has been painted.
    await page.clock.runFor(1000);
    await page.clock.fastForward(1000 * seconds);
  };
  const back = async (page: Page): Promise<void> => {
    await page.getByRole("link", { name: "See inside" }).click();
    await page.locator(".inside-grid").nth(4).waitFor();
  };
  await inside(
    "layers",
    async (page) => {
      await sample(page, 4);
      await page.locator(".inside-grid").nth(4).waitFor();
      await leftFor(page, 50);
      await workersAre(page, "reader", "inside");
      await back(page);
      await page.clock.fastForward(60_000);
      await workersAre(page, "reader", "inside");
      await leftFor(page, 61);
      await workersAre(page, "reader");
      await back(page);
      await workersAre(page, "reader", "inside");
    },
    {
      ...STILL,
      at: "/",
      ready: async (page) => {
        // Before anything of the page measures time.
        await page.clock.install();
        await page.goto(`${app.server.url}/#inside?view=layers`);
        await page.reload();
        await page.getByRole("tab", { selected: true }).waitFor();
      },
    },
  );
});

/** Each with what is there when it is done. */
const VIEWS = [
  ["Layers", ".inside-ledger"],
  ["Why", ".fold"],
  ["Fool it", ".inside-distances"],
  ["Dream", ".inside-percent"],
  ["Map", ".inside-gallery"],
  ["Errors", ".confusion"],
];
const LOOKS: BrowserContextOptions[] = [
  { ...PHONE, colorScheme: "light" },
  { colorScheme: "dark" },
  { forcedColors: "active" },
];

test("axe finds nothing in any view, on a phone and a desk; controls are large enough, and nothing is wider than the screen", async () => {
  const axe = readFileSync("node_modules/axe-core/axe.min.js", "utf8");
  for (const look of LOOKS) {
    await inside(
      "layers",
      async (page) => {
        await sample(page, 5);
        await readAs(page, "55");
        for (const [view, ready] of look.forcedColors ? VIEWS.slice(0, 2) : VIEWS) {
          await page.getByRole("tab", { name: view }).click();
          const act = page.locator(".inside-primary");
          if (["Fool it", "Dream", "Errors"].includes(view)) await act.click();
          await page.locator(ready).first().waitFor();
          if (view === "Dream") await act.click(); // stops it
          assert.equal(await axeFindings(page, axe), [], JSON.stringify([look, view]));
          const small = await page.evaluate(() =>
            [...document.querySelectorAll("button:not(.confusion-cell), .inside-option, summary")]
              .filter((each) => {
                const { width, height } = each.getBoundingClientRect();
                return height < 44 || width < 44;
              })
              .map((each) => each.outerHTML.slice(0, 100)),
          );
          assert.equal(small, [], view);
          const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.is(overflow, 0, view);
        }
      },
      { ...look, reducedMotion: "reduce" },
    );
  }
});

test("where the worker's files cannot be loaded the section says so until it is asked to try again, whatever else comes meanwhile", async () => {
  const late = gate();
  await inside(
    "layers",
    async (page) => {
      const alert = page.locator(".inside-panel").getByRole("alert").getByText("kernels.");
      await alert.waitFor();
      await page.unroute(/kernels\..*\.wasm$/);
      late.open();
      await sample(page, 3);
      await readAs(page, "33");
      assert.ok(await alert.isVisible());
      await button(page, "Try again").click();
      await page.locator(".inside-grid").first().waitFor();
      assert.is(await alert.count(), 0);
    },
    {
      at: "/",
      // It would have kept them by now.
      serviceWorkers: "block",
      forgives: /ERR_FAILED|Service Worker/,
      ready: async (page) => {
        await page.route(/kernels\..*\.wasm$/, (route) => route.abort());
        await page.route("**/cnn-*.safetensors", (route) => late.opened.then(() => route.continue()));
        await page.reload();
        await page.getByRole("link", { name: "See inside" }).click();
      },
    },
  );
});

test.run();
