// Clients that send one request after the other over connections that are kept, and count what became of each.

import { RawClient } from "./raw_client.ts";

export interface Counts {
  answered: number;
  /** Sent, on a connection that was let in and ended without an answer. */
  lost: number;
  /** Answers that said Connection: close. */
  last: number;
  statuses: Record<number, number>;
}

/**
 * @param request its lines
 * @param options.until resolves when no further request is to be sent; a client also ends when it is not let in
 * @returns the counts so far, and when all have ended
 */
export function steadyClients(
  url: string,
  request: readonly string[],
  { clients, until, pauseMs = 0 }: { clients: number; until: Promise<unknown>; pauseMs?: number },
): { counts: Counts; done: Promise<unknown> } {
  const counts: Counts = { answered: 0, lost: 0, last: 0, statuses: {} };
  let isOver = false;
  void until.then(() => {
    isOver = true;
  });
  const done = Promise.all(
    Array.from({ length: clients }, async () => {
      while (!isOver) {
        const client = new RawClient(url);
        const isConnected = await new Promise<boolean>((resolve) => {
          client.socket.once("connect", () => resolve(true));
          client.socket.once("error", () => resolve(false));
        });
        if (!isConnected) return;
        for (let isOpen = true; isOpen && !isOver; ) {
          client.send(...request);
          const answer = await client.answer();
          if (answer === null) {
            counts.lost++;
            break;
          }
          counts.answered++;
          counts.statuses[answer.status] = (counts.statuses[answer.status] ?? 0) + 1;
          isOpen = answer.headers.connection !== "close";
          if (!isOpen) counts.last++;
          if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
        }
        client.socket.destroy();
      }
    }),
  );
  return { counts, done };
}
