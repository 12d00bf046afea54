// mnist runs: what was trained, and how runs differ.

import { isModelName, MODEL_NAMES } from "../../models/index.ts";
import { checkNetwork } from "../../store/runs/find_run.ts";
import { ORDERS, type Order } from "../../store/runs/run_order.ts";
import { type Command, choiceFlag, switchFlag, valueFlag } from "../command_line/command.ts";
import { isSet, textFlag } from "../command_line/flags.ts";
import { asked } from "../terminal/asked.ts";
import { UsageError } from "../terminal/exit_codes.ts";

export const runs: Command = {
  operands: { value: "RUN", describe: "Runs to compare, or one to show in full: ids, their beginnings, or latest" },
  details:
    "Lists runs, newest first: how far each got, its accuracy on the validation and test images, and the start of its " +
    "weights' SHA-256. Epochs 3+/10 means that it stopped within its fourth. With runs named, shows side by side how " +
    "they differ, and their results.",
  examples: [
    ["mnist runs", "all of them"],
    ["mnist runs --model cnn --sort test", "the best on the test images first"],
    ["mnist runs latest 20261124-024337", "how two differ"],
    ["mnist runs --json | jq -r .id", "for programs: one object per line"],
  ],
  flags: {
    model: choiceFlag("Only runs of this network", MODEL_NAMES),
    sort: choiceFlag("Order of the list: newest, most accurate or quickest first", ORDERS, { byDefault: "newest" }),
    runs: valueFlag("FOLDER", "Folder of runs", { byDefault: "outputs" }),
    json: switchFlag("Print one JSON object per line"),
  },
  async run(flags, ids) {
    const model = textFlag(flags, "model");
    const order = (textFlag(flags, "sort") ?? "newest") as Order;
    if (ids.length > 0 && order !== "newest") {
      throw new UsageError(
        "--sort orders the list of all runs; those that are named are shown in the order you name them.",
      );
    }
    const models = isModelName(model) ? [model] : MODEL_NAMES;
    for (const id of ids) asked(id, () => checkNetwork(id, models));
    const { showRuns } = await import("./show_runs.ts");
    showRuns({
      ids,
      models,
      order,
      outputs: textFlag(flags, "runs") ?? "outputs",
      isJson: isSet(flags, "json"),
    });
  },
};
