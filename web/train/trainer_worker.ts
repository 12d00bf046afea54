// The trainer: a worker with kernels and threads of its own, so that neither the page nor reading waits for it.

import { useKernels } from "../../lib/index.ts";
import { endWithThreads } from "../workers/end_with_threads.ts";
import type { FromTrainer, ToTrainer } from "./messages.ts";
import { loadSample } from "./sample.ts";
import { Session } from "./session.ts";
import { Turn } from "./turn.ts";

let session: Session | null = null;

addEventListener("message", ({ data }: MessageEvent<ToTrainer>) => {
  if (data.kind === "kernels") {
    useKernels(data.kernels);
    const turn = new Turn(() => void session?.giveWay());
    session = new Session(data.poolUrl, loadSample, (changes) => tell({ kind: "changed", changes }), turn);
  } else if (session) {
    take(session, data).catch((error: unknown) => {
      tell({ kind: "changed", changes: { phase: "failed", problem: String(error) } });
    });
  }
});

async function take(session: Session, message: Exclude<ToTrainer, { kind: "kernels" }>): Promise<void> {
  switch (message.kind) {
    case "restore":
      return session.restore();
    case "give":
      return session.give(message.digits);
    case "start":
      return session.start(message.settings, message.mode);
    case "resume":
      return session.resume("run");
    case "step":
      return session.resume("step");
    case "pause":
      return session.pause();
    case "stop":
      return session.stop();
    case "discard":
      return session.discard();
    case "take over":
      return session.takeOver();
    case "keep":
      return session.keepNow();
    case "drawing":
      return session.show(message.pixels);
    case "end":
      await session.end();
      return endWithThreads();
  }
}

function tell(message: FromTrainer): void {
  postMessage(message);
}
