// mnist train: trains a network and keeps the run.

import { MODEL_NAMES, type ModelName } from "../../models/index.ts";
import { type Command, choiceFlag, switchFlag, valueFlag } from "../command_line/command.ts";
import { type Flags, isSet, numberFlag, textFlag } from "../command_line/flags.ts";
import { outliveOutput } from "../terminal/broken_output.ts";
import { UsageError } from "../terminal/exit_codes.ts";
import { RECIPE_FLAGS, readRecipeFlags } from "./recipe_flags.ts";
import type { Circumstances } from "./train_job.ts";

const MODELS = [...MODEL_NAMES, "both"] as const;

export const train: Command = {
  usage: "train",
  summary: "Train a network, keep the run",
  details:
    "The weights of one epoch are kept, as --keep has it; the test images are read once, at the end. What is not said " +
    "follows from preset and model, and stands in the run's run.json. The same seed gives the same weights. " +
    "Ctrl-C keeps the run's state: --resume goes on from there to the very weights of a run that was never stopped.",
  examples: [
    ["mnist train", "the CNN, as it was tuned"],
    ["mnist train --preset fast", "in a hurry: 99 % of the test images after one epoch"],
    ["mnist train --model both --json > runs.jsonl", "one object a line, for programs"],
    ["mnist train --resume latest", "go on with the run that was stopped last"],
    ["mnist train --limit 2000 --data synthetic", "a try without data or network"],
  ],
  flags: {
    model: { ...choiceFlag("Which network", MODELS), defaultDescription: "cnn" },
    ...RECIPE_FLAGS,
    patience: valueFlag(
      "Stop after so many epochs without a better validation, and keep the best; --schedule and --settle do not know of it",
    ),
    "max-seconds": valueFlag("Stop training after this time, validate and test what there is; --resume can go on"),
    resume: valueFlag(
      "Go on with a run that was stopped: latest, its id, or the beginning of one; what it began with stays",
    ),
    "save-every": valueFlag("Seconds between two states that are kept within an epoch", "30"),
    seed: valueFlag(
      "Of initial weights, order of images, dropout, distortions, the validation split, synthetic digits",
      "0",
    ),
    data: valueFlag("auto, mnist (never falls back), synthetic, or a folder with MNIST's files", "auto"),
    out: valueFlag("The folder where runs are kept", "outputs"),
    limit: valueFlag("Only the first N images of each set, for a try"),
    threads: valueFlag("How many train the cnn; the weights do not depend on it", "one a processor"),
    json: switchFlag("Print one JSON object a line"),
    quiet: switchFlag("No progress on stderr"),
  },
  async run(flags, _files, signal) {
    outliveOutput();
    const circumstances: Circumstances = {
      threads: numberFlag(flags, "threads", { min: 1, isInteger: true }) ?? "auto",
      maxSeconds: numberFlag(flags, "max-seconds", { above: 0 }),
      saveEvery: numberFlag(flags, "save-every", { min: 0 }) ?? 30,
      out: textFlag(flags, "out") ?? "outputs",
      isJson: isSet(flags, "json"),
      isQuiet: isSet(flags, "quiet"),
    };
    const model = (textFlag(flags, "model") ?? "cnn") as (typeof MODELS)[number];
    const id = textFlag(flags, "resume");
    if (id !== undefined) {
      checkResumeFlags(flags);
      const { resumeRun } = await import("./resume_run.ts");
      const only = flags.model === undefined ? undefined : (model as ModelName);
      await resumeRun({ id, model: only, data: textFlag(flags, "data"), ...circumstances }, signal);
      return;
    }
    const models: ModelName[] = model === "both" ? [...MODEL_NAMES] : [model];
    const { preset, given } = readRecipeFlags(flags);
    const seed = numberFlag(flags, "seed", { min: 0, isInteger: true }) ?? 0;
    const limit = numberFlag(flags, "limit", { min: 1, isInteger: true });
    const patience = numberFlag(flags, "patience", { min: 1, isInteger: true });
    const data = textFlag(flags, "data") ?? "auto";
    const { trainModels } = await import("./train_models.ts");
    await trainModels({ models, preset, given, patience, seed, limit, data, ...circumstances }, signal);
  },
};

/** What --resume does not take from the run itself. */
const RESUME_FLAGS = ["resume", "model", "data", "out", "threads", "max-seconds", "save-every", "json", "quiet"];

/** @throws {UsageError} a flag that would make another run of it */
function checkResumeFlags(flags: Flags): void {
  const wrong = Object.keys(train.flags).find((name) => flags[name] !== undefined && !RESUME_FLAGS.includes(name));
  if (wrong !== undefined) {
    throw new UsageError(
      `--${wrong} is fixed when a run begins; --resume goes on with what it began with. Leave it out.`,
    );
  }
  if (textFlag(flags, "model") === "both") {
    throw new UsageError("--resume goes on with one run; give --model linear, --model cnn, or neither.");
  }
}
