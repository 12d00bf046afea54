// The service worker's installation, where the browser's caches answer late, in whatever order.

import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("the service worker");
const SCOPE = "http://host/digits/";

/** What is awaited of it takes its time, the later the call. */
const late = async <T>(answer: () => T): Promise<T> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  return answer();
};

class SlowCaches {
  readonly kept = new Map<string, Map<string, Response>>();

  open(name: string): Promise<{ put(address: string, response: Response): Promise<void> }> {
    return late(() => {
      const cache = this.kept.get(name) ?? new Map<string, Response>();
      this.kept.set(name, cache);
      return {
        put: (address: string, response: Response) => late(() => void cache.set(address, response)),
        match: (address: string) => late(() => cache.get(address)),
      };
    });
  }
  match(address: string, { cacheName }: { cacheName: string }): Promise<Response | undefined> {
    return late(() => this.kept.get(cacheName)?.get(address));
  }
  keys(): Promise<string[]> {
    return late(() => [...this.kept.keys()]);
  }
  delete(name: string): Promise<boolean> {
    return late(() => this.kept.delete(name));
  }
}

test("what could not be kept whole leaves nothing behind, however late the rest of it comes", async () => {
  const caches = new SlowCaches();
  const listeners = new Map<string, (event: { waitUntil(work: Promise<unknown>): void }) => void>();
  const missing = `${SCOPE}favicon.svg`;
  Object.assign(globalThis, {
    VERSION: "1",
    SHELL: ["./", "favicon.svg", "assets/app-1.js", "assets/app-2.css"],
    LATER: [],
    POLICY: "default-src 'self'",
    self: {
      registration: { scope: SCOPE },
      addEventListener: (type: string, listener: never) => listeners.set(type, listener),
    },
    caches,
    fetch: (address: string) => {
      if (address === missing) return Promise.resolve(new Response("", { status: 404 }));
      return new Promise<Response>((resolve) => setTimeout(resolve, 20, new Response("content")));
    },
  });
  await import("../../web/offline/service_worker.ts");

  let installation: Promise<unknown> = Promise.resolve();
  listeners.get("install")?.({
    waitUntil: (work) => {
      installation = work;
    },
  });
  await installation.then(
    () => assert.unreachable("it was not installed"),
    (error: Error) => assert.is(error.message, `${missing} could not be loaded: the server answers 404.`),
  );
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(await caches.keys(), []);
});

test.run();
