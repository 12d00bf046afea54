// mnist versions: what was current when.

import { isModelName, MODEL_NAMES } from "../../models/index.ts";
import { type Command, choiceFlag, switchFlag, valueFlag } from "../command_line/command.ts";
import { isSet, textFlag } from "../command_line/flags.ts";

export const versions: Command = {
  usage: "versions",
  summary: "List what was promoted and rolled back",
  details: "One line an event, oldest first, and whether each version's checkpoint is still what was promoted.",
  examples: [
    ["mnist versions --model cnn", "of one network"],
    ["mnist versions --json | jq .version", "the registry's lines, for programs"],
  ],
  flags: {
    model: choiceFlag("Only of this network", MODEL_NAMES),
    runs: valueFlag("The folder where train kept its runs", "outputs"),
    json: switchFlag("Print one JSON object a line"),
  },
  async run(flags) {
    const model = textFlag(flags, "model");
    const { showVersions } = await import("./show_versions.ts");
    const models = isModelName(model) ? [model] : MODEL_NAMES;
    showVersions({ models, outputs: textFlag(flags, "runs") ?? "outputs", isJson: isSet(flags, "json") });
  },
};
