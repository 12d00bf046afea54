// Status: where the training is, at a glance, and what to do with it.

import { useSignal } from "@preact/signals";
import { notKept } from "../look/not_kept.ts";
import { Trouble } from "../look/trouble.tsx";
import { formatCount, formatDuration, formatPercent } from "./format.ts";
import { IsolationOffer } from "./isolation_offer.tsx";
import type { TrainingView } from "./messages.ts";
import { recipeOf } from "./settings.ts";
import { canTrain, command, isBusy, startTrainer, train, training, trainSettings } from "./training.ts";

export function Status() {
  const view = training.value;
  const part = partDone(view);
  return (
    <section class="glass train-panel train-status" aria-label="Training">
      <div class="train-headline">
        <div role="status">
          <h2>{headline(view)}</h2>
        </div>
        <p class="train-soft">{subline(view)}</p>
      </div>
      <progress class="train-progress" max={1} value={part} aria-label="Progress of the run" />
      <Facts view={view} />
      {view.problem !== null && (
        <Trouble text={view.problem} action="Try again" onAction={() => startTrainer({ isAnew: true })} />
      )}
      {view.isElsewhere && (
        <Trouble
          text="Another tab is training, or has a run that is paused. When it has none any more, this one goes on."
          action="Continue it here"
          onAction={() => command("take over")}
        />
      )}
      {!view.isKept && (
        <p role="status" class="train-soft">
          {notKept("This training")}
        </p>
      )}
      <Controls />
      <IsolationOffer />
    </section>
  );
}

function headline({ phase, outcome, run, problem, isElsewhere }: TrainingView): string {
  if (isElsewhere) return "Training in another tab";
  switch (phase) {
    case "idle":
      return problem === null ? "Ready to train" : "That did not work";
    case "loading":
      return "Getting ready";
    case "running":
      return "Training";
    case "paused":
      return "Paused";
    case "testing":
      return "Testing";
    case "failed":
      return run ? "Stopped by an error" : "That did not work";
    case "done":
      return outcome
        ? `${formatPercent(outcome.testAccuracy)} of ${formatCount(outcome.testImages)} test digits`
        : "Done";
  }
}

function subline(view: TrainingView): string {
  const { phase, detail, run, outcome } = view;
  if (detail !== null) return `${detail} …`;
  if (phase === "done" && outcome) {
    const when = outcome.stopped === null ? "" : `; ${outcome.stopped}`;
    return `Trained on ${run?.title ?? "digits"} in ${formatDuration(outcome.seconds)}${when}`;
  }
  if (run) {
    const { epochs, images, title } = run;
    return `${plural(epochs, "epoch")} of ${formatCount(images.train)} images: ${title}`;
  }
  return "A network learns to read digits from scratch, in this page";
}

function Facts({ view }: { view: TrainingView }) {
  const { run, progress, machine } = view;
  if (!run) return null;
  const isOver = view.phase === "done";
  const left = secondsLeft(view);
  return (
    <dl class="train-facts">
      <Fact
        name="Epoch"
        value={progress ? `${Math.min(progress.epoch, run.epochs)} of ${run.epochs}` : `of ${run.epochs}`}
      />
      <Fact name="Step" value={progress ? `${progress.step} of ${run.stepsPerEpoch}` : `of ${run.stepsPerEpoch}`} />
      <Fact name="Images per second" value={progress?.imagesPerSecond ? formatCount(progress.imagesPerSecond) : "–"} />
      {!isOver && <Fact name="Time left" value={left === null ? "–" : formatDuration(left)} />}
      {machine && (
        <Fact name={machine.threads === 1 ? "Thread" : "Threads"} value={String(machine.threads)} why={machine.why} />
      )}
    </dl>
  );
}

function Fact({ name, value, why }: { name: string; value: string; why?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        {why !== undefined && <span class="train-why">{why}</span>}
      </dd>
    </div>
  );
}

function Controls() {
  const { phase, run, isElsewhere } = training.value;
  const isSure = useSignal(false);
  if (isElsewhere) return null;
  const settings = trainSettings.value;
  const isRunning = phase === "running";
  const isPaused = phase === "paused";
  if (isRunning || isPaused || phase === "testing") {
    return (
      <div class="train-controls">
        {isPaused ? (
          <Action name="Resume" isMain onClick={() => command("resume")} />
        ) : (
          <Action name="Pause" isMain isDisabled={!isRunning} onClick={() => command("pause")} />
        )}
        <Action name="Step" title="Take one step, then pause" isDisabled={!isPaused} onClick={() => command("step")} />
        <Action
          name="Stop"
          title="Stop here, and test what was learned"
          isDisabled={phase === "testing"}
          onClick={() => command("stop")}
        />
        {isPaused && !isSure.value && <Action name="Discard" onClick={() => (isSure.value = true)} />}
        {isPaused && isSure.value && (
          <Action
            name="Discard the run?"
            onClick={() => {
              isSure.value = false;
              command("discard");
            }}
          />
        )}
      </div>
    );
  }
  if (phase === "loading") {
    return (
      <div class="train-controls">
        {/* A run that was kept stays so, for the next visit; one that has not begun is gone. */}
        <Action name="Cancel" onClick={() => command("pause")} />
      </div>
    );
  }
  const isReady = canTrain.value && !isBusy.value && "recipe" in recipeOf(settings);
  return (
    <div class="train-controls">
      <Action
        name={phase === "done" ? "Train again" : "Start training"}
        isMain
        isDisabled={!isReady}
        onClick={() => train(settings, "run")}
      />
      <Action
        name="Step"
        title="Take one step, then pause"
        isDisabled={!isReady}
        onClick={() => train(settings, "step")}
      />
      {phase === "failed" && run && <Action name="Discard" onClick={() => command("discard")} />}
    </div>
  );
}

interface ActionProps {
  name: string;
  title?: string;
  isMain?: boolean;
  isDisabled?: boolean;
  onClick(): void;
}

function Action({ name, title, isMain = false, isDisabled = false, onClick }: ActionProps) {
  return (
    <button
      type="button"
      class={`button ${isMain ? "train-main" : ""}`}
      title={title}
      disabled={isDisabled}
      onClick={onClick}
    >
      {name}
    </button>
  );
}

/** From 0 to 1. */
function partDone({ phase, run, progress }: TrainingView): number {
  if (phase === "done" || phase === "testing") return 1;
  if (!run || !progress) return 0;
  return ((progress.epoch - 1) * run.stepsPerEpoch + progress.step) / (run.epochs * run.stepsPerEpoch);
}

/** Null while nothing is known. */
function secondsLeft(view: TrainingView): number | null {
  const { run, progress } = view;
  const part = partDone(view);
  if (!run || !progress || part === 0) return null;
  return (progress.seconds / part) * (1 - part);
}

function plural(count: number, word: string): string {
  return `${formatCount(count)} ${word}${count === 1 ? "" : "s"}`;
}
