// mnist compare: the two networks head to head.

import { type Command, switchFlag, valueFlag } from "../command_line/command.ts";
import { isSet, numberFlag, textFlag } from "../command_line/flags.ts";
import { UsageError } from "../terminal/exit_codes.ts";

export const compare: Command = {
  usage: "compare",
  summary: "Compare the linear model and the CNN on the test images",
  details:
    "Accuracy, size, the time that one picture takes and that a batch of 64 takes, and where the two disagree. Times " +
    "are measured here, warm, on one thread, from pixels to probabilities; only that of training is what its run " +
    "recorded, there and with its own threads. A checkpoint is shipped, current, a version's number, latest, a run's id, " +
    "or a file.",
  examples: [
    ["mnist compare", "the shipped weights of both"],
    ["mnist compare --cnn latest --out reports", "the CNN that was trained last; and reports/comparison.svg"],
    ["mnist compare --json | jq .disagreement.images", "every image on which they differ"],
  ],
  flags: {
    linear: valueFlag("The linear model's checkpoint", "shipped"),
    cnn: valueFlag("The CNN's checkpoint", "shipped"),
    out: valueFlag("A folder for a picture, comparison.svg"),
    data: valueFlag("mnist, synthetic, or a folder with MNIST's files", "mnist"),
    limit: valueFlag("Only the first N test images"),
    runs: valueFlag("The folder where train kept its runs and promote its versions", "outputs"),
    json: switchFlag("Print the result as one JSON object"),
    quiet: switchFlag("No progress on stderr"),
  },
  instead: { version: "Say --cnn current or --linear current; each takes a version's number too." },
  async run(flags, _operands, signal) {
    const data = textFlag(flags, "data") ?? "mnist";
    if (data === "auto") {
      throw new UsageError("compare never falls back to other digits; --data takes mnist, synthetic or a folder.");
    }
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
