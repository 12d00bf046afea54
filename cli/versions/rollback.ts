// mnist rollback: makes an earlier version current again.

import { isModelName, MODEL_NAMES } from "../../models/index.ts";
import { type Command, choiceFlag, switchFlag, valueFlag } from "../command_line/command.ts";
import { isSet, numberFlag, textFlag } from "../command_line/flags.ts";

export const rollback: Command = {
  details:
    "The version that was current before the present one becomes current again; a second rollback goes back further. " +
    "Nothing is deleted: mnist versions lists the rollback as a separate line, and --to goes forward again.",
  examples: [
    ["mnist rollback", "where only one network has versions"],
    ["mnist rollback --model cnn --to 3", "to a particular version"],
  ],
  flags: {
    model: choiceFlag("Network; needed where several have versions", MODEL_NAMES),
    to: valueFlag("NUMBER", "Version to make current", { byDefault: "the one before" }),
    note: valueFlag("TEXT", "A remark for mnist versions"),
    runs: valueFlag("FOLDER", "Folder of runs and versions", { byDefault: "outputs" }),
    json: switchFlag("Print the registry's line as JSON"),
  },
  instead: { version: "Say --to NUMBER." },
  async run(flags) {
    const model = textFlag(flags, "model");
    const to = numberFlag(flags, "to", { min: 1, isInteger: true });
    const { rollBackTo } = await import("./change_version.ts");
    await rollBackTo({
      model: isModelName(model) ? model : undefined,
      to,
      note: textFlag(flags, "note") ?? null,
      outputs: textFlag(flags, "runs") ?? "outputs",
      isJson: isSet(flags, "json"),
    });
  },
};
