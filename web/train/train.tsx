// Train: a network is trained in the page, on real digits, and taken home.

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
  useEffect(() => {
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
        {hasRun && <LiveNetwork />}
        <TakeHome />
      </div>
    </div>
  );
}
