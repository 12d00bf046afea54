// Remote: has a server answer instead of the page's networks, and watches whether it is there.

import type { Answer, ModelName } from "../../models/index.ts";
import type { AllDigits, SentPicture } from "../read/messages.ts";
import { answerElsewhere, type Elsewhere, NETWORK_NAMES } from "../read/reader.ts";
import { askedServer, keepUrl, type ServerState, unasked } from "../read/where.ts";
import { askFor, askForAll, askReady, ForbiddenError } from "./ask_server.ts";
import { Backoff } from "./backoff.ts";
import { serverUrl } from "./server_url.ts";

/** Between two looks at a server that is there. */
const LOOK_MS = 10_000;

let timer: ReturnType<typeof setTimeout> | undefined;
/** Counts the servers that were chosen: what an earlier one says is too late. */
let turn = 0;
/** Ends what is asked of the server that was chosen last. */
let asking = new AbortController();
let backoff = new Backoff();

/** @throws {Error} one line for people: the address cannot be used, and nothing changed */
export function useServer(text: string): void {
  const url = serverUrl(text, location);
  keepUrl(url);
  begin();
  backoff = new Backoff();
  tell(url, { kind: "connecting" });
  answerElsewhere(answeredBy(url));
  void look(url);
}

/** Answers in the page again. */
export function usePage(): void {
  keepUrl("");
  begin();
  askedServer.value = null;
  answerElsewhere(null);
}

/** Whatever is under way concerns nobody any more, and what hangs is waited for no longer. */
function begin(): void {
  turn++;
  clearTimeout(timer);
  asking.abort();
  asking = new AbortController();
  unasked.value = null;
}

/** Asks at once, rather than when it would be due. */
export function retry(): void {
  const { value } = askedServer;
  if (value) void look(value.url);
}

function answeredBy(url: string): Elsewhere {
  return { read: ({ pixels }) => answers(url, pixels), readAll: (picture) => answersOfAll(url, picture) };
}

async function answersOfAll(url: string, { file }: SentPicture): Promise<AllDigits["digits"]> {
  const { signal } = asking;
  const all = await Promise.all(
    NETWORK_NAMES.map(async (name) => [name, await askForAll(url, name, file, signal)] as const),
  );
  return Object.fromEntries(all);
}

async function answers(url: string, pixels: Uint8Array): Promise<Partial<Record<ModelName, Answer>>> {
  const mine = turn;
  const { signal } = asking;
  // One that is down is asked for answers again once it is ready: each stroke would only make the wait longer.
  const why = whyNot();
  if (why !== null) throw new Error(why);
  try {
    const all = await Promise.all(
      NETWORK_NAMES.map(async (name) => [name, await askFor(url, name, pixels, signal)] as const),
    );
    return Object.fromEntries(all);
  } catch (error) {
    if (mine === turn && whyNot() === null) down(url, error as Error);
    throw error;
  }
}

async function look(url: string): Promise<void> {
  const mine = turn;
  clearTimeout(timer);
  if (whyNot() !== null) tell(url, { kind: "connecting" });
  try {
    await askReady(url, asking.signal);
    if (mine !== turn) return;
    const wasThere = askedServer.value?.state.kind === "healthy";
    backoff = new Backoff();
    tell(url, { kind: "healthy" });
    // What is drawn was not answered meanwhile.
    if (!wasThere) answerElsewhere(answeredBy(url));
    timer = setTimeout(() => void look(url), LOOK_MS);
  } catch (error) {
    if (mine === turn) down(url, error as Error);
  }
}

/** Why the server does not answer; null as long as it may. */
function whyNot(): string | null {
  const state = askedServer.value?.state;
  return state && "why" in state ? state.why : null;
}

function down(url: string, error: Error): void {
  clearTimeout(timer);
  if (error instanceof ForbiddenError) tell(url, { kind: "forbidden", why: error.message });
  else countDown(url, error.message, performance.now() + 1000 * backoff.next());
}

/** By the clock: browsers let timers of a page that is not seen be late. */
function countDown(url: string, why: string, due: number): void {
  const secondsLeft = Math.round((due - performance.now()) / 1000);
  if (secondsLeft <= 0) {
    void look(url);
    return;
  }
  tell(url, { kind: "down", why, secondsLeft });
  timer = setTimeout(() => countDown(url, why, due), 1000);
}

function tell(url: string, state: ServerState): void {
  askedServer.value = { url, state };
}
