// mnist versions: what was current when.

import { isModelName, MODEL_NAMES } from "../../models/index.ts";
import { type Command, choiceFlag, switchFlag, valueFlag } from "../command_line/command.ts";
import { isSet, textFlag } from "../command_line/flags.ts";

export const versions: Command = {
  details:
    "One line for each promotion and rollback, oldest first, and whether each version's checkpoint is still the one " +
    "that was promoted.",
  examples: [
    ["mnist versions --model cnn", "of one network"],
    ["mnist versions --json | jq .version", "for programs: the registry's lines"],
  ],
  flags: {
    model: choiceFlag("Only versions of this network", MODEL_NAMES),
    runs: valueFlag("FOLDER", "Folder of runs and versions", { byDefault: "outputs" }),
    json: switchFlag("Print one JSON object per line"),
  },
  async run(flags) {
    const model = textFlag(flags, "model");
    const { showVersions } = await import("./show_versions.ts");
    const models = isModelName(model) ? [model] : MODEL_NAMES;
    showVersions({ models, outputs: textFlag(flags, "runs") ?? "outputs", isJson: isSet(flags, "json") });
  },
};
