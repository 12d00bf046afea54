// Train: a network is trained in the page, on real digits, and taken home.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { restore } from "../draw/board.ts";
import { Curves } from "./curves.tsx";
import { LiveNetwork } from "./live_network.tsx";
import { Setup } from "./setup.tsx";
import { Status } from "./status.tsx";
import { TakeHome } from "./take_home.tsx";
import { endTrainer, run, startTrainer } from "./training.ts";
import "./train.css";

export function Train() {
  /** What lies below comes after the first frame: both at once would be a long task while it trains. */
  const isWhole = useSignal(false);
  useEffect(() => {
    isWhole.value = true;
    void restore();
    startTrainer();
    return endTrainer;
  }, []);
  const hasRun = run.value !== null;
  return (
    <div class={`training ${hasRun ? "has-run" : ""}`}>
      <div class="train-column">
        <Status />
        <Setup />
      </div>
      <div class="train-column">
        {hasRun && <Curves />}
        {isWhole.value && hasRun && <LiveNetwork />}
        {isWhole.value && <TakeHome />}
      </div>
    </div>
  );
}
