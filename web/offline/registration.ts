// Registers the service worker, and holds which new version waits to take over.

import { signal } from "@preact/signals";
import { keeping } from "./keeping.ts";

/** A page that is open for long asks for a new version when it is looked at again, at most so often. */
const ASK_AGAIN_MS = 3_600_000;

/** The worker of a version newer than this page, complete; it waits, or has taken over for another tab. Null while there is none. */
export const waiting = signal<ServiceWorker | null>(null);

let registering: Promise<ServiceWorkerRegistration> | null = null;

/**
 * Once, however often it is called.
 *
 * @throws {Error} there will be no service worker; `keeping` says why
 */
export function register(): Promise<ServiceWorkerRegistration> {
  registering ??= start().catch((error: Error) => {
    keeping.value = { kind: "not", why: error.message };
    throw error;
  });
  return registering;
}

async function start(): Promise<ServiceWorkerRegistration> {
  const why = whyNone();
  if (why !== null) throw new Error(why);
  // Where they are blocked, some browsers answer nothing rather than fail.
  const registration: ServiceWorkerRegistration | undefined = await navigator.serviceWorker
    .register("./sw.js")
    .catch(() => undefined);
  if (!registration) throw new Error("this browser keeps no copy of it");
  watch(registration);
  const worker = registration.active ?? registration.waiting ?? registration.installing;
  await activated(worker as ServiceWorker);
  keeping.value = { kind: "kept" };
  return registration;
}

/** What is known before one asks; null: it may work. */
function whyNone(): string | null {
  if (import.meta.env.DEV) return "the page is served for development";
  if (!isSecureContext) return "the page came over plain HTTP";
  if (!navigator.serviceWorker) return "this browser has no service workers here (Firefox has none in private windows)";
  return null;
}

function activated(worker: ServiceWorker): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      // One that waits is a new version, behind one that works.
      if (worker.state === "activated" || (worker.state === "installed" && navigator.serviceWorker.controller))
        resolve();
      else if (worker.state === "redundant")
        reject(new Error("a file of it could not be loaded, or there is no room left for one"));
    };
    worker.addEventListener("statechange", look);
    look();
  });
}

function watch(registration: ServiceWorkerRegistration): void {
  const look = (): void => {
    // Without one that is at work already it is the first, and takes over by itself.
    if (navigator.serviceWorker.controller && registration.waiting) waiting.value = registration.waiting;
  };
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look));
  look();
  let asked = performance.now();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible" || performance.now() - asked < ASK_AGAIN_MS) return;
    asked = performance.now();
    registration.update().catch(() => {}); // no connection
  });
}
