// npm run soak:web: whether the web app's memory stays flat while somebody draws for long and trains in between: the page's heap,
// what page and workers hold with their WebAssembly, and what the system counts for the process.

import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import type { CDPSession, Page } from "playwright-core";
import { drawByFinger } from "../../test/support/draw_strokes.ts";
import { drawnDigit } from "../../test/support/drawn_digits.ts";
import { shippedAccuracy } from "../../test/support/shipped_model.ts";
import { WebApp, workersAre } from "../../test/support/web_app.ts";
import { parse, readOptions, wholeNumber } from "../options.ts";
import { print } from "../print.ts";

const TRAINING = "#train?model=linear&epochs=2&seed=1&limit=3200";
/** What may come and go. */
const FLAT = 0.1;
const PAUSE_MS = 400;
/** Within which the page's process has given back what it no longer needs. */
const SETTLING_SECONDS = 10;
const MIB = 2 ** 20;
const USAGE = `npm run soak:web -- [options]: memory of the web app over a long time, after a warm-up of one round

  --minutes N    of drawing, after the warm-up; default 30
  --trainings N  spread over that time; default 3`;

const options = readOptions("soak:web", USAGE, (args) => {
  const values = parse(args, {
    minutes: { type: "string", default: "30" },
    trainings: { type: "string", default: "3" },
  });
  return { minutes: wholeNumber("minutes", values.minutes), trainings: wholeNumber("trainings", values.trainings) };
});

interface Sample {
  /** In bytes. */
  heap: number;
  held: number;
  resident: number;
  /** How many there are. */
  nodes: number;
  listeners: number;
}

let drawn = 0;
const app = await WebApp.start();
try {
  const context = await app.browser.newContext({ viewport: { width: 400, height: 760 }, hasTouch: true });
  const page = await context.newPage();
  const client = await context.newCDPSession(page);
  await page.goto(app.server.url);
  await page.getByText(`${shippedAccuracy("cnn")} of MNIST`).waitFor();
  // Compared is like with like: the first round brings in what is loaded once, compiled once, and kept of a training.
  await round(page);
  const before = await sample(page, client);
  say("after a round to warm up", before);
  let after = before;
  for (let i = 0; i < options.trainings; i++) {
    await round(page);
    after = await sample(page, client);
    say(`after ${i + 1} of ${options.trainings}`, after);
  }
  const growths = Object.entries(after).map(
    ([name, bytes]) => [name, bytes / before[name as keyof Sample] - 1] as const,
  );
  const words = growths.map(
    ([name, growth]) => `${name} ${growth >= 0 ? "+" : "−"}${Math.abs(100 * growth).toFixed(1)} %`,
  );
  print(`${options.minutes} minutes of drawing, ${drawn} digits, ${options.trainings} trainings: ${words.join(", ")}`);
  if (growths.some(([, growth]) => growth > FLAT)) {
    print("soak:web: it grows.");
    process.exitCode = 1;
  }
} finally {
  await app.close();
}

/** Of drawing, a training, and a lesson. */
async function round(page: Page): Promise<void> {
  await drawFor(page, (options.minutes * 60_000) / options.trainings);
  await train(page);
  await teach(page);
}

/**
 * A digit now and then, as somebody would who has time. By finger, which goes through the protocol: with each move of the mouse
 * Playwright leaves two listeners in the page, 250 bytes or so.
 */
async function drawFor(page: Page, ms: number): Promise<void> {
  await open(page, "#draw");
  await page.locator(".ink").waitFor();
  for (const started = performance.now(); performance.now() - started < ms; await sleep(PAUSE_MS)) await draw(page);
}

async function draw(page: Page): Promise<void> {
  await page.keyboard.press("Delete");
  await drawByFinger(page, drawnDigit(drawn % 10, drawn, { x: 98, y: 98, side: 130 }));
  drawn++;
}

/** A short one, to its end. */
async function train(page: Page): Promise<void> {
  await open(page, TRAINING);
  await page.getByRole("button", { name: /^(Start training|Train again)$/ }).click();
  await page.getByRole("heading", { name: /^(Getting ready|Training|Testing)$/ }).waitFor();
  await page.locator(".train-hash code").waitFor({ timeout: 120_000 });
}

/** A lesson, which is forgotten again. */
async function teach(page: Page): Promise<void> {
  await open(page, "#draw");
  await draw(page);
  await page.getByRole("button", { name: "Wrong? Teach it" }).click();
  await page.getByRole("button", { name: "It is a 0" }).click();
  await page.getByText("Taught").first().waitFor({ timeout: 120_000 });
  await page.getByRole("button", { name: "Forget all" }).click();
  await page.locator(".lesson").waitFor({ state: "detached" });
}

async function open(page: Page, hash: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, hash);
}

/**
 * In Draw, with an empty sheet, when the workers for everything else have ended: what is held then is held for good. The system
 * has memory back a while after it is free: of its readings the least counts.
 */
async function sample(page: Page, client: CDPSession): Promise<Sample> {
  await open(page, "#train"); // leaves the panel that teaches
  await page.locator(".training").waitFor();
  await open(page, "#draw");
  await page.keyboard.press("Delete");
  await workersAre(page, "reader");
  await client.send("HeapProfiler.collectGarbage");
  const { usedSize } = await client.send("Runtime.getHeapUsage");
  const held = await heldBytes(page);
  const { nodes, jsEventListeners: listeners } = await client.send("Memory.getDOMCounters");
  let resident = residentBytes();
  for (let i = 0; i < SETTLING_SECONDS; i++) {
    await sleep(1000);
    resident = Math.min(resident, residentBytes());
  }
  return { heap: usedSize, held, resident, nodes, listeners };
}

/** Of all that the page and its workers hold, WebAssembly's memory included; the page is isolated, and so may ask. */
function heldBytes(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const asked = performance as unknown as { measureUserAgentSpecificMemory(): Promise<{ bytes: number }> };
    return (await asked.measureUserAgentSpecificMemory()).bytes;
  });
}

/** Of the largest renderer, which is the page's. */
function residentBytes(): number {
  const sizes = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        const isRenderer = readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=renderer");
        const pages = Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
        return isRenderer && isOurs(Number(pid)) ? 4096 * pages : 0;
      } catch {
        return 0; // it has ended
      }
    });
  return Math.max(0, ...sizes);
}

/** Whether this process started it, or one that it started. */
function isOurs(pid: number): boolean {
  for (let each = pid; each > 1; ) {
    if (each === process.pid) return true;
    each = Number(
      readFileSync(`/proc/${each}/stat`, "utf8")
        .replace(/^.*\) /, "")
        .split(" ")[1],
    );
  }
  return false;
}

function say(when: string, { heap, held, resident, nodes, listeners }: Sample): void {
  const mib = (bytes: number): string => `${(bytes / MIB).toFixed(1)} MiB`;
  print(
    `${when}: heap ${mib(heap)}, page and workers ${mib(held)}, renderer ${mib(resident)}; ${nodes} nodes, ${listeners} listeners`,
  );
}
