// A page in a real browser, headless, with true mouse, touch and keyboard events: by Chromium's DevTools protocol over two
// pipes, so that it needs no package. browser.ts has what pages find out by themselves.

import type { ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { FLAGS, hasEnded, launch, makeProfile, removeProfile } from "./browser.ts";

const LIMIT_MS = 60_000;
const CLOSE_LIMIT_MS = 5_000;

export interface Screen {
  width: number;
  height: number;
  /** Device pixels a CSS pixel; default 1. */
  scale?: number;
  isDark?: boolean;
  hasTouch?: boolean;
}

type Point = readonly [x: number, y: number];
type Settle = { resolve(result: Record<string, unknown>): void; reject(error: Error): void };

export class DrivenPage {
  /** What it asked for, and what went wrong in it, as the browser reports them. */
  readonly requests: string[] = [];
  readonly problems: string[] = [];
  private readonly pending = new Map<number, Settle>();
  private session: string | undefined;
  private count = 0;
  private received = "";
  private loaded: () => void = () => {};

  private constructor(
    private readonly browser: ChildProcess,
    private readonly profile: string,
  ) {
    const output = browser.stdio[4] as Readable;
    output.setEncoding("utf8").on("data", (text: string) => this.receive(text));
    browser.on("exit", (code) => {
      for (const { reject } of this.pending.values()) reject(new Error(`the browser ended with ${code}`));
    });
  }

  /** Opens the URL, and waits until it has loaded. Close it when done. */
  static async open(url: string, screen: Screen): Promise<DrivenPage> {
    const profile = makeProfile();
    const args = [...FLAGS, "--remote-debugging-pipe", `--user-data-dir=${profile}`, "about:blank"];
    const browser = await launch(args, ["ignore", "ignore", "ignore", "pipe", "pipe"]);
    const page = new DrivenPage(browser, profile);
    try {
      const { targetInfos } = await page.send("Target.getTargets");
      const target = (targetInfos as { type: string; targetId: string }[]).find(({ type }) => type === "page");
      const attached = await page.send("Target.attachToTarget", { targetId: target?.targetId, flatten: true });
      page.session = attached.sessionId as string;
      for (const domain of ["Page", "Runtime", "Network", "Log"]) await page.send(`${domain}.enable`);
      await page.show(screen);
      const loaded = new Promise<void>((resolve) => {
        page.loaded = resolve;
      });
      await page.send("Page.navigate", { url });
      await loaded;
      return page;
    } catch (error) {
      await page.close();
      throw error;
    }
  }

  async show({ width, height, scale = 1, isDark = false, hasTouch = false }: Screen): Promise<void> {
    const metrics = { width, height, deviceScaleFactor: scale, mobile: hasTouch };
    await this.send("Emulation.setDeviceMetricsOverride", metrics);
    await this.send("Emulation.setTouchEmulationEnabled", { enabled: hasTouch });
    const features = [{ name: "prefers-color-scheme", value: isDark ? "dark" : "light" }];
    await this.send("Emulation.setEmulatedMedia", { features });
  }

  /** The value of an expression in the page; a promise's when it is fulfilled. */
  async evaluate<T>(expression: string): Promise<T> {
    const options = { expression, returnByValue: true, awaitPromise: true };
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", options);
    if (exceptionDetails) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
    return (result as { value: T }).value;
  }

  /** After what has happened is painted. */
  async settle(): Promise<void> {
    await this.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))");
  }

  /** Draws by mouse through the points, in pixels of the window. */
  async drag(points: readonly Point[]): Promise<void> {
    const mouse = (type: string, [x, y]: Point, buttons: number) =>
      this.send("Input.dispatchMouseEvent", { type, x, y, button: "left", buttons, clickCount: 1 });
    await mouse("mousePressed", points[0], 1);
    for (const point of points.slice(1)) await mouse("mouseMoved", point, 1);
    await mouse("mouseReleased", points[points.length - 1], 0);
    await this.settle();
  }

  /** The same by a finger. */
  async swipe(points: readonly Point[]): Promise<void> {
    const touch = (type: string, touchPoints: { x: number; y: number }[]) =>
      this.send("Input.dispatchTouchEvent", { type, touchPoints });
    const places = points.map(([x, y]) => ({ x, y }));
    await touch("touchStart", [places[0]]);
    for (const place of places.slice(1)) await touch("touchMove", [place]);
    await touch("touchEnd", []);
    await this.settle();
  }

  /** @param key as KeyboardEvent.key has it; with "Control+" before it, while that is held */
  async press(...keys: string[]): Promise<void> {
    for (const each of keys) {
      const isControl = each.startsWith("Control+");
      const key = each.replace("Control+", "");
      const code = key === "Tab" ? 9 : key === "Enter" ? 13 : 0;
      const text = key === "Enter" ? { text: "\r" } : {};
      const event = { key, modifiers: isControl ? 2 : 0, windowsVirtualKeyCode: code, ...text };
      await this.send("Input.dispatchKeyEvent", { type: key === "Enter" ? "keyDown" : "rawKeyDown", ...event });
      await this.send("Input.dispatchKeyEvent", { type: "keyUp", ...event });
    }
    await this.settle();
  }

  async screenshot(path: string): Promise<void> {
    const { data } = await this.send("Page.captureScreenshot", { format: "png" });
    writeFileSync(path, Buffer.from(data as string, "base64"));
  }

  /** Asks the browser to end, and makes it if it does not. */
  async close(): Promise<void> {
    const { browser } = this;
    if (!hasEnded(browser)) {
      const gone = new Promise((resolve) => browser.once("exit", resolve));
      const timer = setTimeout(() => browser.kill("SIGKILL"), CLOSE_LIMIT_MS);
      this.send("Browser.close").catch(() => {}); // it may end before it answers
      await gone;
      clearTimeout(timer);
    }
    await removeProfile(this.profile);
  }

  private send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = ++this.count;
    const message = { id, method, params, ...(this.session ? { sessionId: this.session } : {}) };
    (this.browser.stdio[3] as Writable).write(`${JSON.stringify(message)}\0`);
    return new Promise<Record<string, unknown>>((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      setTimeout(() => reject(new Error(`${method} took more than ${LIMIT_MS / 1000} s`)), LIMIT_MS).unref();
    }).finally(() => this.pending.delete(id));
  }

  /** Messages end in a zero byte. */
  private receive(text: string): void {
    const messages = (this.received + text).split("\0");
    this.received = messages.pop() as string;
    for (const each of messages) {
      const { id, method, params, result, error } = JSON.parse(each);
      if (id === undefined) this.notice(method, params);
      else if (error) this.pending.get(id)?.reject(new Error(error.message));
      else this.pending.get(id)?.resolve(result);
    }
  }

  private notice(method: string, params: { request?: { url: string }; entry?: { level: string } }): void {
    if (method === "Page.loadEventFired") this.loaded();
    if (method === "Network.requestWillBeSent") this.requests.push(params.request?.url ?? "");
    const isError = method === "Log.entryAdded" && params.entry?.level === "error";
    if (isError || method === "Runtime.exceptionThrown") this.problems.push(JSON.stringify(params));
  }
}
