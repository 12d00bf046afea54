// mnist train: trains a network and keeps the run.

import { DEFAULT_MODEL, MODEL_NAMES, type ModelName } from "../../models/index.ts";
import { type Command, choiceFlag, grouped, switchFlag, valueFlag } from "../command_line/command.ts";
import { type Flags, isSet, numberFlag, textFlag } from "../command_line/flags.ts";
import { DATASET_NAME } from "../inputs/dataset_name_flag.ts";
import { NO_WIDE } from "../inputs/no_wide_flag.ts";
import { outliveOutput } from "../terminal/broken_output.ts";
import { UsageError } from "../terminal/exit_codes.ts";
import { RECIPE_FLAGS, readRecipeFlags } from "./recipe_flags.ts";
import type { TrainOptions } from "./train_options.ts";

/** Of the table of networks, or all of them one after another. */
const MODELS = [...MODEL_NAMES, "all"] as const;

export const train: Command = {
  details:
    "Trains a network and keeps the weights of one epoch (see --keep) in a new run folder. The test images are used " +
    "once, at the end. Flags override the settings of --preset; the run's run.json records them all. The same " +
    "seed gives the same weights. Ctrl-C saves the run's state: --resume continues it, and ends with exactly the " +
    "weights of an uninterrupted run.",
  examples: [
    ["mnist train", "the CNN, with the standard preset"],
    ["mnist train --preset fast", "one epoch: 99 % on the test images"],
    ["mnist train --model all --json", "for programs: one object per line"],
    ["mnist train --resume latest", "continue the run stopped last"],
    ["mnist train --data synthetic", "on digits generated in code"],
  ],
  flags: {
    ...grouped("Network", {
      model: choiceFlag("Network to train", MODELS, {
        byDefault: DEFAULT_MODEL,
        formerly: { until: "0.3", choices: { both: "all" } },
      }),
    }),
    ...RECIPE_FLAGS,
    ...grouped("Recipe", {
      patience: valueFlag(
        "N",
        "Stop after N epochs without a better validation result (implies --keep best); schedules still plan for " +
          "all --epochs",
      ),
    }),
    ...grouped("Run", {
      resume: valueFlag(
        "RUN",
        "Continue a stopped run: latest, its id, or the start of one; its settings stay as they were",
      ),
      seed: valueFlag(
        "N",
        "Seed of the initial weights, the order of images, dropout, augmentation, the validation split and " +
          "synthetic digits",
        { byDefault: "0" },
      ),
      data: valueFlag(
        "SOURCE",
        "auto, mnist (all of it), sample (its first 10,000 images), synthetic, or a folder with MNIST's files",
        {
          byDefault: "auto",
        },
      ),
      "dataset-name": DATASET_NAME,
      limit: valueFlag("N", "Use only the first N images of each set, for a quick try"),
      threads: valueFlag("N", "Threads to train with; the weights do not depend on it", {
        byDefault: "one per processor",
      }),
      "no-wide": NO_WIDE,
      "max-seconds": valueFlag("S", "Stop training after S seconds, then validate and test; --resume can continue"),
      "save-every": valueFlag("S", "Seconds between saved states within an epoch", { byDefault: "30" }),
    }),
    ...grouped("Output", {
      out: valueFlag("FOLDER", "Folder for runs", { byDefault: "outputs" }),
      json: switchFlag("Print one JSON object per line"),
      quiet: switchFlag("Show no progress on stderr"),
    }),
  },
  keepsWork: true,
  async run(flags, _files, signal) {
    outliveOutput();
    const options: TrainOptions = {
      threads: numberFlag(flags, "threads", { min: 1, isInteger: true }) ?? "auto",
      maxSeconds: numberFlag(flags, "max-seconds", { above: 0 }),
      saveEvery: numberFlag(flags, "save-every", { min: 0 }) ?? 30,
      outputs: textFlag(flags, "out") ?? "outputs",
      isWide: !isSet(flags, "no-wide"),
      isJson: isSet(flags, "json"),
      isQuiet: isSet(flags, "quiet"),
    };
    const model = (textFlag(flags, "model") ?? DEFAULT_MODEL) as (typeof MODELS)[number];
    const id = textFlag(flags, "resume");
    if (id !== undefined) {
      checkResumeFlags(flags);
      const { trainOn } = await import("./train_runs.ts");
      const only = flags.model === undefined ? undefined : (model as ModelName);
      await trainOn({ id, model: only, data: textFlag(flags, "data"), ...options }, signal);
      return;
    }
    const models: ModelName[] = model === "all" ? [...MODEL_NAMES] : [model];
    const { preset, given } = readRecipeFlags(flags);
    const seed = numberFlag(flags, "seed", { min: 0, isInteger: true }) ?? 0;
    const limit = numberFlag(flags, "limit", { min: 1, isInteger: true });
    const patience = numberFlag(flags, "patience", { min: 1, isInteger: true });
    const data = textFlag(flags, "data") ?? "auto";
    const datasetName = textFlag(flags, "dataset-name");
    const { trainModels } = await import("./train_runs.ts");
    await trainModels({ models, preset, given, patience, seed, limit, data, datasetName, ...options }, signal);
  },
};

/** What --resume does not take from the run itself. */
const RESUME_FLAGS = [
  "resume",
  "model",
  "data",
  "out",
  "threads",
  "no-wide",
  "max-seconds",
  "save-every",
  "json",
  "quiet",
];

/** @throws {UsageError} a flag that would make another run of it */
function checkResumeFlags(flags: Flags): void {
  const wrong = Object.keys(train.flags).find((name) => flags[name] !== undefined && !RESUME_FLAGS.includes(name));
  if (wrong !== undefined) {
    throw new UsageError(`--${wrong} is fixed when a run begins; --resume keeps what it began with. Leave it out.`);
  }
  if (textFlag(flags, "model") === "all") {
    throw new UsageError(
      `--resume continues one run; give --model ${MODEL_NAMES[0]} or another network, or leave --model out.`,
    );
  }
}
