// mnist promote: makes a run the current version of its model.

import { isModelName, MODEL_NAMES } from "../../models/index.ts";
import { type Command, choiceFlag, switchFlag, valueFlag } from "../command_line/command.ts";
import { isSet, textFlag } from "../command_line/flags.ts";

export const promote: Command = {
  operands: {
    value: "RUN",
    describe: "Its id, the beginning of one, or latest",
    min: 1,
    max: 1,
    missing: "name a run, as in mnist promote latest; mnist runs lists them",
  },
  details:
    "The run must have finished and been measured on the test images. It gets the next version number: its checkpoint " +
    "is copied to RUNS/MODEL/versions/, so that you may delete the run, and RUNS/MODEL/versions.jsonl records it. " +
    "infer, evaluate and export take --version current.",
  examples: [
    ["mnist promote latest", "the network trained last"],
    ["mnist promote latest --note 'longer run'", "and say why"],
    ["mnist infer digit.png --version current", "use it"],
    ["mnist rollback", "go back to the version before"],
  ],
  flags: {
    model: choiceFlag("The run's network, where two runs have the same id", MODEL_NAMES),
    note: valueFlag("TEXT", "A remark for mnist versions"),
    runs: valueFlag("FOLDER", "Folder of runs and versions", { byDefault: "outputs" }),
    json: switchFlag("Print the registry's line as JSON"),
  },
  async run(flags, [id]) {
    const model = textFlag(flags, "model");
    const models = isModelName(model) ? [model] : MODEL_NAMES;
    const outputs = textFlag(flags, "runs") ?? "outputs";
    const { promoteRun } = await import("./change_version.ts");
    await promoteRun({ id, models, note: textFlag(flags, "note") ?? null, outputs, isJson: isSet(flags, "json") });
  },
};
