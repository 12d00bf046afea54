// mnist evaluate: how well a checkpoint reads the test images.

import { type Command, grouped, switchFlag, valueFlag } from "../command_line/command.ts";
import { isSet, numberFlag, textFlag } from "../command_line/flags.ts";
import { CHECKPOINT_FLAGS } from "../inputs/checkpoint_flags.ts";
import { DATASET_NAME } from "../inputs/dataset_name_flag.ts";
import { NO_WIDE } from "../inputs/no_wide_flag.ts";

export const evaluate: Command = {
  details:
    "Prints accuracy, loss, precision, recall and F1 of each digit, and the confusion matrix, on MNIST's test images " +
    "unless --data names others.",
  examples: [
    ["mnist evaluate", "the shipped CNN on MNIST's test set"],
    ["mnist evaluate --run latest", "the network trained last"],
    ["mnist evaluate --json | jq .accuracy", "for programs"],
  ],
  flags: {
    ...CHECKPOINT_FLAGS,
    ...grouped("Data", {
      data: valueFlag("SOURCE", "mnist, synthetic, or a folder with MNIST's test files", { byDefault: "mnist" }),
      "dataset-name": DATASET_NAME,
      limit: valueFlag("N", "Use only the first N test images"),
      shifts: valueFlag(
        "N",
        "Also classify every image averaged over shifts of up to N pixels, 1 to 4: takes (2N + 1)² times as long",
      ),
      "no-wide": NO_WIDE,
    }),
    ...grouped("Output", {
      json: switchFlag("Print the result as one JSON object"),
      quiet: switchFlag("Show no progress on stderr"),
    }),
  },
  async run(flags, _files, signal) {
    const data = textFlag(flags, "data") ?? "mnist";
    const datasetName = textFlag(flags, "dataset-name");
    const limit = numberFlag(flags, "limit", { min: 1, isInteger: true });
    const shifts = numberFlag(flags, "shifts", { min: 1, max: 4, isInteger: true });
    const { evaluateModel } = await import("./evaluate_model.ts");
    const isWide = !isSet(flags, "no-wide");
    const request = {
      data,
      datasetName,
      limit,
      shifts,
      isWide,
      isJson: isSet(flags, "json"),
      isQuiet: isSet(flags, "quiet"),
    };
    await evaluateModel(flags, request, signal);
  },
};
