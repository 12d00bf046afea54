// mnist rollback: makes an earlier version current again.

import { isModelName, MODEL_NAMES } from "../../models/index.ts";
import { type Command, choiceFlag, switchFlag, valueFlag } from "../command_line/command.ts";
import { isSet, numberFlag, textFlag } from "../command_line/flags.ts";

export const rollback: Command = {
  usage: "rollback",
  summary: "Go back to the version before the current one",
  details:
    "The version that was current when the current one was promoted takes its place; doing it twice goes further back. " +
    "Nothing is deleted: the way back is a line of its own in mnist versions, and --to leads forward again.",
  examples: [
    ["mnist rollback", "where only one model has versions"],
    ["mnist rollback --model cnn --to 3", "to a certain one, earlier or later"],
  ],
  flags: {
    model: choiceFlag("Which network; needed where both have versions", MODEL_NAMES),
    to: valueFlag("The version's number", "the one before"),
    note: valueFlag("A line for mnist versions"),
    runs: valueFlag("The folder where train kept its runs", "outputs"),
    json: switchFlag("Print the registry's line, as JSON"),
  },
  instead: { version: "Say --to NUMBER." },
  async run(flags) {
    const model = textFlag(flags, "model");
    const to = numberFlag(flags, "to", { min: 1, isInteger: true });
    const { rollBack } = await import("./roll_back.ts");
    await rollBack({
      model: isModelName(model) ? model : undefined,
      to,
      note: textFlag(flags, "note"),
      outputs: textFlag(flags, "runs") ?? "outputs",
      isJson: isSet(flags, "json"),
    });
  },
};
