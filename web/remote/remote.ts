// Remote: has a server answer instead of the page's networks, and watches whether it is there.

import type { Answer, ModelName } from "../../models/index.ts";
import { answerElsewhere, NETWORK_NAMES } from "../read/reader.ts";
import { askedServer, keepUrl, type ServerState } from "../read/where.ts";
import { askFor, askReady } from "./ask_server.ts";
import { Backoff } from "./backoff.ts";
import { serverUrl } from "./server_url.ts";

/** Between two looks at a server that is there. */
const LOOK_MS = 10_000;

let timer: ReturnType<typeof setTimeout> | undefined;
/** Counts the servers that were chosen: what an earlier one says is too late. */
let turn = 0;
let backoff = new Backoff();

/** @throws {Error} one line for people: the address cannot be used, and nothing changed */
export function useServer(text: string): void {
  const url = serverUrl(text, location);
  keepUrl(url);
  turn++;
  backoff = new Backoff();
  tell(url, { kind: "connecting" });
  answerElsewhere(({ pixels }) => answers(url, pixels));
  void look(url);
}

/** Answers in the page again. */
export function usePage(): void {
  keepUrl("");
  turn++;
  clearTimeout(timer);
  askedServer.value = null;
  answerElsewhere(null);
}

/** Asks at once, rather than when it would be due. */
export function retry(): void {
  const { value } = askedServer;
  if (value) void look(value.url);
}

async function answers(url: string, pixels: Uint8Array): Promise<Partial<Record<ModelName, Answer>>> {
  const mine = turn;
  // One that is down is asked for answers again once it is ready: each stroke would only make the wait longer.
  const state = askedServer.value?.state;
  if (state?.kind === "down") throw new Error(state.why);
  try {
    const all = await Promise.all(NETWORK_NAMES.map(async (name) => [name, await askFor(url, name, pixels)] as const));
    return Object.fromEntries(all);
  } catch (error) {
    if (mine === turn && askedServer.value?.state.kind !== "down") down(url, (error as Error).message);
    throw error;
  }
}

async function look(url: string): Promise<void> {
  const mine = turn;
  clearTimeout(timer);
  if (askedServer.value?.state.kind === "down") tell(url, { kind: "connecting" });
  try {
    await askReady(url);
    if (mine !== turn) return;
    const wasThere = askedServer.value?.state.kind === "healthy";
    backoff = new Backoff();
    tell(url, { kind: "healthy" });
    // What is drawn was not answered meanwhile.
    if (!wasThere) answerElsewhere(({ pixels }) => answers(url, pixels));
    timer = setTimeout(() => void look(url), LOOK_MS);
  } catch (error) {
    if (mine === turn) down(url, (error as Error).message);
  }
}

function down(url: string, why: string): void {
  clearTimeout(timer);
  const secondsLeft = backoff.next();
  tell(url, { kind: "down", why, secondsLeft });
  timer = setTimeout(() => void look(url), 1000 * secondsLeft);
}

function tell(url: string, state: ServerState): void {
  askedServer.value = { url, state };
}
