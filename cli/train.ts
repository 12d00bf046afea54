// mnist train: trains a network and keeps the run.

import { type Command, choiceFlag, switchFlag, valueFlag } from "./command.ts";
import { UsageError } from "./exit_codes.ts";
import { isSet, numberFlag, textFlag } from "./flags.ts";
import { MODEL_NAMES, type ModelName } from "./model_names.ts";
import { RECIPE_FLAGS, readRecipeFlags } from "./recipe_flags.ts";

const MODELS = [...MODEL_NAMES, "both"] as const;

export const train: Command = {
  usage: "train",
  summary: "Train a network, keep the run",
  details:
    "The best epoch on the validation images is kept; the test images are read once, at the end. What is not said " +
    "follows from model and optimizer, and stands in the run's run.json. The same seed gives the same weights.",
  examples: [
    ["mnist train", "the CNN, as it was tuned"],
    ["mnist train --preset fast", "in a hurry: 99 % of the test images after one epoch"],
    ["mnist train --model both --json > runs.jsonl", "one object a line, for programs"],
    ["mnist train --limit 2000 --data synthetic", "a try without data or network"],
  ],
  flags: {
    model: choiceFlag("Which network", MODELS, "cnn"),
    ...RECIPE_FLAGS,
    seed: valueFlag("Of initial weights, order of images, dropout", "0"),
    data: valueFlag("auto, mnist (never falls back), synthetic, or a folder with MNIST's files", "auto"),
    out: valueFlag("The folder where runs are kept", "outputs"),
    limit: valueFlag("Only the first N images of each set, for a try"),
    threads: valueFlag("How many train the cnn; the weights do not depend on it", "one a processor"),
    json: switchFlag("Print one JSON object a line"),
    quiet: switchFlag("No progress on stderr"),
  },
  async run(flags, _files, signal) {
    const model = textFlag(flags, "model") as (typeof MODELS)[number];
    const models: ModelName[] = model === "both" ? [...MODEL_NAMES] : [model];
    const { preset, given } = readRecipeFlags(flags);
    if (given.dropout !== undefined && !models.includes("cnn")) {
      throw new UsageError("--dropout is for the cnn; the linear model has none.");
    }
    const seed = numberFlag(flags, "seed", { min: 0, isInteger: true }) ?? 0;
    const limit = numberFlag(flags, "limit", { min: 1, isInteger: true });
    const threads = numberFlag(flags, "threads", { min: 1, isInteger: true }) ?? "auto";
    const data = textFlag(flags, "data") ?? "auto";
    const out = textFlag(flags, "out") ?? "outputs";
    const { trainModels } = await import("./train_models.ts");
    await trainModels(
      {
        models,
        preset,
        given,
        seed,
        limit,
        threads,
        data,
        out,
        isJson: isSet(flags, "json"),
        isQuiet: isSet(flags, "quiet"),
      },
      signal,
    );
  },
};
