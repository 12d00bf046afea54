// The service worker: keeps a copy of the app on the device, answers with it, and gives every file the headers that let the
// page use threads, and the policy, which workers take from their own script alone, for hosts that cannot set them. scripts/build_web.mjs bundles it to sw.js, with the names of the files.

import { supportsVariant } from "../../lib/index.ts";

/** Of the build: changes with every file. */
declare const VERSION: string;
/** What a page needs to read digits, and its sections: kept at once. "./" is the page itself. */
declare const SHELL: readonly string[];
/** What is large, or seldom asked for: kept once it was used. */
declare const LATER: readonly string[];
/** What the page says of itself, in its `<meta>`. */
declare const POLICY: string;

// TypeScript has these in a library of its own, which contradicts the page's.
interface LongEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEvent extends LongEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
declare const self: {
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: LongEvent) => void): void;
  addEventListener(type: "fetch", listener: (event: FetchEvent) => void): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
};

/** A site may hold several apps, each below its own folder: their caches are all in one place. */
const { scope } = self.registration;
const PREFIX = `simdgrad ${scope} `;
const CACHE = PREFIX + VERSION;
const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
};

const addressOf = (path: string): string => new URL(path, scope).href;
const shell = SHELL.map(addressOf);
const later = LATER.map(addressOf);
const assets = addressOf("./assets/");

self.addEventListener("install", (event) => event.waitUntil(keepShell()));

self.addEventListener("activate", (event) => {
  event.waitUntil(Promise.all([forgetOldVersions(), self.clients.claim()]));
});

// The page says when: a new version takes over only where somebody wants it.
self.addEventListener("message", ({ data }) => {
  if (data === "take over") void self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = fileAskedFor(request);
  if (address !== null) event.respondWith(answer(request, address));
});

/** @returns the address under which the file is kept; null for what is none of the app's, such as the API beside it */
function fileAskedFor({ method, url, mode }: Request): string | null {
  if (method !== "GET") return null;
  const address = url.replace(/[?#].*$/, "");
  if (mode === "navigate") return address === scope || address === addressOf("index.html") ? scope : null;
  return address.startsWith(assets) || shell.includes(address) || later.includes(address) ? address : null;
}

async function answer(request: Request, address: string): Promise<Response> {
  // A browser that keeps nothing, or has no room left, takes it from the host each time.
  const kept = await find(address).catch(() => undefined);
  if (kept) return kept;
  const response = await fetch(request);
  if (!response.ok) return response;
  const completed = withHeaders(response);
  if (later.includes(address)) await keepLater(address, completed.clone()).catch(() => {});
  return completed;
}

async function keepLater(address: string, response: Response): Promise<void> {
  await (await caches.open(CACHE)).put(address, response);
}

/** @throws a file could not be loaded: the browser then stays with the version before, and tries again at the next visit */
async function keepShell(): Promise<void> {
  const cache = await caches.open(CACHE);
  try {
    // Each is waited for, those beside a failed one, too: one that is stored after the cache was deleted would be left behind.
    const stored = await Promise.allSettled(
      shell.filter(isRunHere).map(async (address) => {
        await cache.put(address, withHeaders((await findAsset(address)) ?? (await load(address))));
      }),
    );
    for (const result of stored) if (result.status === "rejected") throw result.reason;
    // What the version before had of these is not loaded again, unless it is another by now.
    for (const address of later) {
      const known = await findAsset(address);
      if (known) await cache.put(address, withHeaders(known));
    }
  } catch (error) {
    await caches.delete(CACHE);
    throw error;
  }
}

/** Of kernels there is one file for each kind of browser. */
function isRunHere(address: string): boolean {
  const variant = address.match(/\.(simd|relaxed)-/)?.[1];
  return variant === undefined || (variant === "relaxed") === supportsVariant("relaxed");
}

/** From the server, or from what the browser has just loaded of it and knows to be current. */
async function load(address: string): Promise<Response> {
  const headers: HeadersInit = address === scope ? { accept: "text/html" } : {};
  const response = await fetch(address, { headers, cache: address.startsWith(assets) ? "default" : "no-cache" });
  if (!response.ok) throw new Error(`${address} could not be loaded: the server answers ${response.status}.`);
  return response;
}

/** The page and what is beside it are of one version; a section may be asked for by a page of the version before. */
async function find(address: string): Promise<Response | undefined> {
  if (address.startsWith(assets)) return findAsset(address);
  return caches.match(address, { cacheName: CACHE });
}

/**
 * In whichever version's cache: what has the name, with a digest in it, has the content. None is opened: that would make one
 * that has just been deleted anew.
 */
async function findAsset(address: string): Promise<Response | undefined> {
  if (!address.startsWith(assets)) return undefined;
  for (const cacheName of [CACHE, ...(await ourCaches()).reverse()]) {
    const kept = await caches.match(address, { cacheName });
    if (kept) return kept;
  }
  return undefined;
}

/** All but the one before: pages of it may still be open, and load a section of theirs. */
async function forgetOldVersions(): Promise<void> {
  const others = (await ourCaches()).filter((name) => name !== CACHE);
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
}

/** The oldest first. */
async function ourCaches(): Promise<string[]> {
  return (await caches.keys()).filter((name) => name.startsWith(PREFIX));
}

/**
 * The same, with the headers that isolate a page and its workers, and the policy where the host sends none; it is plain by now,
 * whatever form it came in.
 */
function withHeaders(response: Response): Response {
  const headers = new Headers(response.headers);
  for (const name of ["content-encoding", "content-length", "vary"]) headers.delete(name);
  for (const [name, value] of Object.entries(ISOLATION)) headers.set(name, value);
  if (!headers.has("content-security-policy")) headers.set("content-security-policy", POLICY);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
