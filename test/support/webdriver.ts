// Firefox and WebKit, each by the WebDriver that its Debian package brings, so that no package of npm's is needed: Firefox
// speaks it over a socket of its own (Marionette), WebKitGTK over HTTP (WebKitWebDriver), on a screen of Xvfb's.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createConnection, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { PAPER_SIDE, type Stroke } from "../../data/index.ts";

export type EngineName = "Firefox" | "WebKit";

const START_MS = 60_000;
const SCRIPT_MS = 120_000;
const [WIDTH, HEIGHT] = [1280, 900];
const MINI_BROWSER = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";

/** The commands that are needed here, whatever they are sent by. */
interface Wire {
  navigate(url: string): Promise<unknown>;
  execute(script: string, args: readonly unknown[]): Promise<unknown>;
  act(actions: readonly object[]): Promise<unknown>;
  /** In base64. */
  screenshot(): Promise<string>;
  close(): Promise<void>;
}

export class Engine {
  private constructor(private readonly wire: Wire) {}

  /** @throws it is not installed, or does not start */
  static async start(name: EngineName): Promise<Engine> {
    return new Engine(name === "Firefox" ? await startFirefox() : await startWebKit());
  }

  async open(url: string): Promise<void> {
    await this.wire.navigate(url);
  }

  /** The value of a function's body in the page, which may await. */
  async run<T>(body: string, ...args: readonly unknown[]): Promise<T> {
    const script = `
      const done = arguments[arguments.length - 1];
      const args = [...arguments].slice(0, -1);
      (async () => { ${body} })().then((value) => done({ value }), (error) => done({ error: String(error) }));
    `;
    const answer = (await this.wire.execute(script, args)) as { value?: T; error?: string };
    if (answer.error) throw new Error(answer.error);
    return answer.value as T;
  }

  /** Until the expression is true in the page. */
  async until(expression: string, limitMs = SCRIPT_MS): Promise<void> {
    const started = performance.now();
    while (!(await this.run<boolean>(`return Boolean(${expression})`))) {
      if (performance.now() - started > limitMs) throw new Error(`never came true: ${expression}`);
      await sleep(100);
    }
  }

  /** Presses the button with these words. */
  async press(words: string): Promise<void> {
    const found = `[...document.querySelectorAll("button")].find((each) => each.textContent.trim() === ${JSON.stringify(words)})`;
    await this.until(`${found} && !${found}.disabled`);
    await this.run(`${found}.click()`);
  }

  async draw(sheet: string, strokes: readonly Stroke[]): Promise<void> {
    const { x, y, width } = await this.run<{ x: number; y: number; width: number }>(
      "const { x, y, width } = document.querySelector(args[0]).getBoundingClientRect(); return { x, y, width };",
      sheet,
    );
    const scale = width / PAPER_SIDE;
    const moves = strokes.flatMap((stroke) => {
      const [start, ...rest] = stroke.map((point) => ({
        type: "pointerMove",
        duration: 10,
        origin: "viewport",
        x: Math.round(x + scale * point.x),
        y: Math.round(y + scale * point.y),
      }));
      return [start, { type: "pointerDown", button: 0 }, ...rest, { type: "pointerUp", button: 0 }];
    });
    await this.wire.act([{ type: "pointer", id: "mouse", parameters: { pointerType: "mouse" }, actions: moves }]);
  }

  /** When what moves has come to rest. */
  async screenshot(path: string): Promise<void> {
    await sleep(500);
    writeFileSync(path, Buffer.from(await this.wire.screenshot(), "base64"));
  }

  close(): Promise<void> {
    return this.wire.close();
  }
}

async function startFirefox(): Promise<Wire> {
  const profile = mkdtempSync(join(tmpdir(), "simdgrad-firefox-"));
  writeFileSync(
    join(profile, "user.js"),
    [
      '"marionette.port", 0',
      '"datareporting.policy.dataSubmissionEnabled", false',
      '"browser.shell.checkDefaultBrowser", false',
    ]
      .map((pref) => `user_pref(${pref});\n`)
      .join(""),
  );
  const browser = spawn(
    "firefox-esr",
    ["--headless", "--marionette", "--no-remote", "--profile", profile, `--width=${WIDTH}`, `--height=${HEIGHT}`],
    { stdio: "ignore", env: { ...process.env, HOME: profile, MOZ_REMOTE_ALLOW_SYSTEM_ACCESS: "1" } },
  );
  const close = async (): Promise<void> => {
    await end(browser);
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  };
  try {
    const portFile = join(profile, "MarionetteActivePort");
    const port = await soon(
      () => (existsSync(portFile) ? Number(readFileSync(portFile, "utf8")) || null : null),
      browser,
    );
    const marionette = await Marionette.connect(port);
    await marionette.send("WebDriver:NewSession", {});
    await marionette.send("WebDriver:SetTimeouts", { script: SCRIPT_MS, pageLoad: SCRIPT_MS });
    return {
      navigate: (url) => marionette.send("WebDriver:Navigate", { url }),
      execute: async (script, args) => {
        const { value } = await marionette.send("WebDriver:ExecuteAsyncScript", { script, args });
        return value;
      },
      act: (actions) => marionette.send("WebDriver:PerformActions", { actions }),
      screenshot: async () => String((await marionette.send("WebDriver:TakeScreenshot", { full: false })).value),
      async close() {
        marionette.end();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Messages are `length:[type, id, command, parameters]`, and answers `length:[1, id, error, result]`. */
class Marionette {
  private received = Buffer.alloc(0);
  private readonly waiting = new Map<
    number,
    (error: { message: string } | null, result: Record<string, unknown>) => void
  >();
  private count = 0;

  private constructor(private readonly socket: Socket) {
    socket.on("data", (data: Buffer) => this.receive(data));
    socket.on("error", () => {});
  }

  static async connect(port: number): Promise<Marionette> {
    const socket = createConnection({ port, host: "127.0.0.1" });
    await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    return new Marionette(socket);
  }

  send(command: string, parameters: object): Promise<Record<string, unknown>> {
    const id = ++this.count;
    const text = JSON.stringify([0, id, command, parameters]);
    this.socket.write(`${Buffer.byteLength(text)}:${text}`);
    return new Promise((resolve, reject) => {
      this.waiting.set(id, (error, result) =>
        error ? reject(new Error(`${command}: ${error.message}`)) : resolve(result),
      );
    });
  }

  end(): void {
    this.socket.destroy();
  }

  private receive(data: Buffer): void {
    this.received = Buffer.concat([this.received, data]);
    for (;;) {
      const colon = this.received.indexOf(":");
      if (colon < 0) return;
      const end = colon + 1 + Number(this.received.subarray(0, colon).toString());
      if (this.received.length < end) return;
      const message = JSON.parse(this.received.subarray(colon + 1, end).toString());
      this.received = this.received.subarray(end);
      // The first says what speaks here.
      if (!Array.isArray(message)) continue;
      const [, id, error, result] = message;
      this.waiting.get(id)?.(error, result ?? {});
      this.waiting.delete(id);
    }
  }
}

async function startWebKit(): Promise<Wire> {
  const screen = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", `${WIDTH}x${HEIGHT}x24`, "-nolisten", "tcp"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  let shown = "";
  (screen.stdio[3] as Readable).setEncoding("utf8").on("data", (text: string) => {
    shown += text;
  });
  const home = mkdtempSync(join(tmpdir(), "simdgrad-webkit-"));
  let driver: ChildProcess | null = null;
  const close = async (): Promise<void> => {
    if (driver) await end(driver);
    await end(screen);
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  };
  try {
    const display = await soon(() => (shown.endsWith("\n") ? shown.trim() : null), screen);
    const port = await freePort();
    driver = spawn("WebKitWebDriver", [`--port=${port}`, "--host=127.0.0.1"], {
      stdio: "ignore",
      env: { ...process.env, DISPLAY: `:${display}`, HOME: home, XDG_RUNTIME_DIR: home, GDK_BACKEND: "x11" },
    });
    const started = driver;
    const send = async (method: string, path: string, body?: object): Promise<unknown> => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, body: body && JSON.stringify(body) });
      const { value } = (await response.json()) as { value: { message?: string } };
      if (!response.ok) throw new Error(`${path}: ${value?.message}`);
      return value;
    };
    await soon(async () => ((await send("GET", "/status").catch(() => null)) ? true : null), started);
    const browserOptions = { binary: MINI_BROWSER, args: ["--automation"] };
    const { sessionId } = (await send("POST", "/session", {
      capabilities: { alwaysMatch: { "webkitgtk:browserOptions": browserOptions } },
    })) as { sessionId: string };
    const base = `/session/${sessionId}`;
    await send("POST", `${base}/timeouts`, { script: SCRIPT_MS, pageLoad: SCRIPT_MS });
    await send("POST", `${base}/window/rect`, { x: 0, y: 0, width: WIDTH, height: HEIGHT });
    return {
      navigate: (url) => send("POST", `${base}/url`, { url }),
      execute: (script, args) => send("POST", `${base}/execute/async`, { script, args }),
      act: (actions) => send("POST", `${base}/actions`, { actions }),
      screenshot: async () => String(await send("GET", `${base}/screenshot`)),
      async close() {
        await send("DELETE", base).catch(() => {});
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What `look` finds, as soon as it does. @throws the program ended or was not there, or a minute has gone by */
async function soon<T>(look: () => T | null | Promise<T | null>, program: ChildProcess): Promise<T> {
  let problem = "";
  program.once("error", ({ message }) => {
    problem = message;
  });
  for (const started = performance.now(); ; await sleep(50)) {
    const found = await look();
    if (found !== null) return found;
    if (program.exitCode !== null) problem = `${program.spawnfile} ended with ${program.exitCode}`;
    if (performance.now() - started > START_MS) problem = `${program.spawnfile} was not ready in ${START_MS / 1000} s`;
    if (problem) throw new Error(problem);
  }
}

async function end(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null || program.pid === undefined) return;
  const gone = new Promise((resolve) => program.once("exit", resolve));
  program.kill("SIGTERM");
  const timer = setTimeout(() => program.kill("SIGKILL"), 5000);
  await gone;
  clearTimeout(timer);
}
