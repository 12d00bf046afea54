// mnist doctor: whether everything is as it should be, here.

import { type Command, switchFlag, valueFlag } from "../command_line/command.ts";
import { isSet, textFlag } from "../command_line/flags.ts";

export const doctor: Command = {
  usage: "doctor",
  summary: "Check this machine, the data, the weights and every kernel",
  details:
    "Says what runs here, and why what does not; reads and hashes the data set, the shipped weights and the current " +
    "versions; and computes every operation, forward and gradients, beside a naive f64 reference. Downloads and changes " +
    "nothing. Exit code 0 when all is well, 1 when something is wrong; a warning is not.",
  examples: [
    ["mnist doctor", "in about two seconds"],
    ["mnist doctor --json > report.json", "for a bug report"],
  ],
  flags: {
    data: valueFlag("A folder with MNIST's files", "MNIST_DIR's, else data/mnist"),
    runs: valueFlag("The folder where train keeps its runs", "outputs"),
    json: switchFlag("Print one JSON object"),
  },
  async run(flags, _operands, signal) {
    const { examine } = await import("./examine.ts");
    await examine(
      { data: textFlag(flags, "data"), outputs: textFlag(flags, "runs") ?? "outputs", isJson: isSet(flags, "json") },
      signal,
    );
  },
};
