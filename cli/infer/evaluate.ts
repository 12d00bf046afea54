// mnist evaluate: how well a checkpoint reads the test images.

import { CHECKPOINT_FLAGS } from "../checkpoints/checkpoint_flags.ts";
import { type Command, switchFlag, valueFlag } from "../command_line/command.ts";
import { isSet, numberFlag, textFlag } from "../command_line/flags.ts";
import { UsageError } from "../terminal/exit_codes.ts";

export const evaluate: Command = {
  usage: "evaluate",
  summary: "Measure a checkpoint on the test images",
  details:
    "Prints accuracy, loss, precision, recall and F1 of each digit, and the confusion matrix. It never falls back to " +
    "other digits than those asked for.",
  examples: [
    ["mnist evaluate", "the shipped CNN on MNIST's 10,000 test images"],
    ["mnist evaluate --run latest", "what was trained last"],
    ["mnist evaluate --json | jq .accuracy", "for programs"],
  ],
  flags: {
    ...CHECKPOINT_FLAGS,
    data: valueFlag("mnist, synthetic, or a folder with MNIST's files", "mnist"),
    limit: valueFlag("Only the first N test images"),
    shifts: valueFlag("Also read each image moved by up to N pixels each way; told apart: (2N + 1)² times the work"),
    json: switchFlag("Print the result as one JSON object"),
    quiet: switchFlag("No progress on stderr"),
  },
  async run(flags, _files, signal) {
    const data = textFlag(flags, "data") ?? "mnist";
    if (data === "auto") {
      throw new UsageError("evaluate never falls back to other digits; --data takes mnist, synthetic or a folder.");
    }
    const limit = numberFlag(flags, "limit", { min: 1, isInteger: true });
    const shifts = numberFlag(flags, "shifts", { min: 1, max: 4, isInteger: true });
    const { evaluateModel } = await import("./evaluate_model.ts");
    const request = { data, limit, shifts, isJson: isSet(flags, "json"), isQuiet: isSet(flags, "quiet") };
    await evaluateModel(flags, request, signal);
  },
};
