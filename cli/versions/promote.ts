// mnist promote: makes a run the current version of its model.

import { isModelName, MODEL_NAMES } from "../../models/index.ts";
import { type Command, choiceFlag, switchFlag, valueFlag } from "../command_line/command.ts";
import { isSet, textFlag } from "../command_line/flags.ts";
import { checkNetwork } from "../runs/find_run.ts";
import { UsageError } from "../terminal/exit_codes.ts";

export const promote: Command = {
  usage: "promote <id>",
  summary: "Make a run its model's current version",
  operands: "The run: its id, the beginning of one, or latest",
  details:
    "The run must have gone to its end and been measured on the test images. It gets the next version number; its " +
    "checkpoint is copied to RUNS/MODEL/versions/, so that the run may be deleted, and the event is added to " +
    "RUNS/MODEL/versions.jsonl. infer, evaluate and export take --version current.",
  examples: [
    ["mnist promote latest", "what was trained last"],
    ['mnist promote 20261124-024337 --note "three more epochs"', "and why"],
    ["mnist infer digit.png --version current", "ask it"],
    ["mnist rollback", "go back to the version before"],
  ],
  flags: {
    model: choiceFlag("The run's network, where two runs have the same id", MODEL_NAMES),
    note: valueFlag("A line for mnist versions"),
    runs: valueFlag("The folder where train kept its runs", "outputs"),
    json: switchFlag("Print the registry's line, as JSON"),
  },
  async run(flags, [id, ...more]) {
    if (id === undefined)
      throw new UsageError("promote: name a run, as in mnist promote latest. mnist runs lists them.");
    if (more.length > 0) throw new UsageError(`promote takes one run; got ${more.length + 1}.`);
    const model = textFlag(flags, "model");
    const models = isModelName(model) ? [model] : MODEL_NAMES;
    checkNetwork(`promote ${id}`, id, models);
    const note = textFlag(flags, "note");
    const { promoteRun } = await import("./promote_run.ts");
    const outputs = textFlag(flags, "runs") ?? "outputs";
    await promoteRun({ id, models, note, outputs, isJson: isSet(flags, "json") });
  },
};
