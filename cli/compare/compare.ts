// mnist compare: networks head to head.

import { MODEL_NAMES, type ModelName, networkOf } from "../../models/index.ts";
import { type Command, type Flag, grouped, switchFlag, valueFlag } from "../command_line/command.ts";
import { isSet, numberFlag, textFlag } from "../command_line/flags.ts";
import { DATASET_NAME } from "../inputs/dataset_name_flag.ts";
import { NO_WIDE } from "../inputs/no_wide_flag.ts";

/** A flag for each network of the table; those without shipped weights take part when they are named. */
const CHECKPOINTS = Object.fromEntries(
  MODEL_NAMES.map((name) => [
    name,
    valueFlag("CHECKPOINT", `Weights of ${networkOf(name).label}`, {
      byDefault: wordByDefault(name) ?? "not compared",
    }),
  ]),
) as Record<ModelName, Flag>;

export const compare: Command = {
  details:
    "Accuracy, size, time per image alone and in a batch of 64, and the images on which they disagree. Times are " +
    "measured here and now, on one warm thread, from pixels to probabilities; training time is what the run recorded, " +
    "with the threads it had. A CHECKPOINT is shipped, current, a version's number, latest, a run's id, or a file.",
  examples: [
    ["mnist compare", "the shipped weights"],
    ["mnist compare --cnn latest", "with the CNN trained last"],
    ["mnist compare --out reports", "and draw reports/comparison.svg"],
    ["mnist compare --json", "for programs"],
  ],
  flags: {
    ...grouped("Checkpoints", {
      ...CHECKPOINTS,
      runs: valueFlag("FOLDER", "Folder of runs and versions", { byDefault: "outputs" }),
    }),
    ...grouped("Data", {
      data: valueFlag("SOURCE", "mnist, synthetic, or a folder with MNIST's test files", { byDefault: "mnist" }),
      "dataset-name": DATASET_NAME,
      limit: valueFlag("N", "Use only the first N test images"),
      "no-wide": NO_WIDE,
    }),
    ...grouped("Output", {
      out: valueFlag("FOLDER", "Draw the comparison as comparison.svg in this folder"),
      json: switchFlag("Print the result as one JSON object"),
      quiet: switchFlag("Show no progress on stderr"),
    }),
  },
  instead: {
    version: `Say ${[...MODEL_NAMES]
      .reverse()
      .map((name) => `--${name} current`)
      .join(" or ")}; a version's number will do, too.`,
  },
  async run(flags, _operands, signal) {
    const data = textFlag(flags, "data") ?? "mnist";
    const datasetName = textFlag(flags, "dataset-name");
    const limit = numberFlag(flags, "limit", { min: 1, isInteger: true });
    const { compareModels } = await import("./compare_models.ts");
    const request = {
      checkpoints: Object.fromEntries(MODEL_NAMES.map((name) => [name, textFlag(flags, name) ?? wordByDefault(name)])),
      ...{ out: textFlag(flags, "out"), outputs: textFlag(flags, "runs") ?? "outputs" },
      ...{
        data,
        datasetName,
        limit,
        isWide: !isSet(flags, "no-wide"),
        isJson: isSet(flags, "json"),
        isQuiet: isSet(flags, "quiet"),
      },
    };
    await compareModels(request, signal);
  },
};

function wordByDefault(name: ModelName): string | undefined {
  return networkOf(name).isShipped ? "shipped" : undefined;
}
