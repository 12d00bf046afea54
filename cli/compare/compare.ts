// mnist compare: the two networks head to head.

import { type Command, grouped, switchFlag, valueFlag } from "../command_line/command.ts";
import { isSet, numberFlag, textFlag } from "../command_line/flags.ts";

export const compare: Command = {
  details:
    "Accuracy, size, time per image alone and in a batch of 64, and the images on which the two disagree. Times are " +
    "measured here and now, on one warm thread, from pixels to probabilities; training time is what the run recorded, " +
    "with the threads it had. A CHECKPOINT is shipped, current, a version's number, latest, a run's id, or a file.",
  examples: [
    ["mnist compare", "the shipped weights of both"],
    ["mnist compare --cnn latest", "with the CNN trained last"],
    ["mnist compare --out reports", "and draw reports/comparison.svg"],
    ["mnist compare --json", "for programs"],
  ],
  flags: {
    ...grouped("Checkpoints", {
      linear: valueFlag("CHECKPOINT", "Weights of the linear model", { byDefault: "shipped" }),
      cnn: valueFlag("CHECKPOINT", "Weights of the CNN", { byDefault: "shipped" }),
      runs: valueFlag("FOLDER", "Folder of runs and versions", { byDefault: "outputs" }),
    }),
    ...grouped("Data", {
      data: valueFlag("SOURCE", "mnist, synthetic, or a folder with MNIST's test files", { byDefault: "mnist" }),
      limit: valueFlag("N", "Use only the first N test images"),
    }),
    ...grouped("Output", {
      out: valueFlag("FOLDER", "Draw the comparison as comparison.svg in this folder"),
      json: switchFlag("Print the result as one JSON object"),
      quiet: switchFlag("Show no progress on stderr"),
    }),
  },
  instead: { version: "Say --cnn current or --linear current; both take a version's number, too." },
  async run(flags, _operands, signal) {
    const data = textFlag(flags, "data") ?? "mnist";
    const limit = numberFlag(flags, "limit", { min: 1, isInteger: true });
    const { compareModels } = await import("./compare_models.ts");
    const request = {
      linear: textFlag(flags, "linear") ?? "shipped",
      cnn: textFlag(flags, "cnn") ?? "shipped",
      ...{ out: textFlag(flags, "out"), outputs: textFlag(flags, "runs") ?? "outputs" },
      ...{ data, limit, isJson: isSet(flags, "json"), isQuiet: isSet(flags, "quiet") },
    };
    await compareModels(request, signal);
  },
};
