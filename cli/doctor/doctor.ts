// mnist doctor: whether everything works on this machine.

import { type Command, switchFlag, valueFlag } from "../command_line/command.ts";
import { isSet, textFlag } from "../command_line/flags.ts";
import { NO_WIDE } from "../inputs/no_wide_flag.ts";

export const doctor: Command = {
  details:
    "Says what this machine can run, and why not what it cannot; reads and hashes the data set, the shipped weights and " +
    "the current versions; and compares every operation and its gradients with a plain f64 reference. Downloads and " +
    "changes nothing. Exit code 0 when no check fails, even with warnings; 1 when one does.",
  examples: [
    ["mnist doctor", "takes about two seconds"],
    ["mnist doctor --json > report.json", "for a bug report"],
  ],
  flags: {
    data: valueFlag("FOLDER", "Folder with MNIST's files", { byDefault: "$MNIST_DIR, else data/mnist" }),
    runs: valueFlag("FOLDER", "Folder of runs and versions", { byDefault: "outputs" }),
    "no-wide": NO_WIDE,
    json: switchFlag("Print one JSON object"),
  },
  async run(flags, _operands, signal) {
    const { examine } = await import("./examine.ts");
    await examine(
      {
        ...{ data: textFlag(flags, "data"), outputs: textFlag(flags, "runs") ?? "outputs" },
        ...{ isWide: !isSet(flags, "no-wide"), isJson: isSet(flags, "json") },
      },
      signal,
    );
  },
};
