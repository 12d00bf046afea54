// mnist runs: what was trained, and how runs differ.

import { isModelName, MODEL_NAMES } from "../../models/index.ts";
import { type Command, choiceFlag, switchFlag, valueFlag } from "../command_line/command.ts";
import { isSet, textFlag } from "../command_line/flags.ts";
import { UsageError } from "../terminal/exit_codes.ts";
import { checkNetwork } from "./find_run.ts";
import { ORDERS, type Order } from "./run_order.ts";

export const runs: Command = {
  usage: "runs [ids..]",
  summary: "List the runs, or compare some of them",
  operands: "Runs to compare: ids or beginnings of ids, or latest; one alone is shown in full",
  details:
    "Newest first: how far each came, its accuracy on the validation and the test images, the first digits of its " +
    "weights' SHA-256. 3+/10 epochs: it stopped within its fourth. With ids it shows side by side what differs between those runs, and their results.",
  examples: [
    ["mnist runs", "all of them"],
    ["mnist runs --model cnn --sort test", "the best on the test images first"],
    ["mnist runs latest 20261124-024337", "what differs between two"],
    ["mnist runs --json | jq -r .id", "one object a line, for programs"],
  ],
  flags: {
    model: choiceFlag("Only runs of this network", MODEL_NAMES),
    sort: choiceFlag("What comes first: the newest, the best, the quickest", ORDERS, "newest"),
    runs: valueFlag("The folder where train kept its runs", "outputs"),
    json: switchFlag("Print one JSON object a line"),
  },
  async run(flags, ids) {
    const model = textFlag(flags, "model");
    const order = textFlag(flags, "sort") as Order;
    if (ids.length > 0 && order !== "newest") {
      throw new UsageError(
        "--sort orders the list of all runs; those that are named are shown in the order you name them.",
      );
    }
    const models = isModelName(model) ? [model] : MODEL_NAMES;
    for (const id of ids) checkNetwork(id, id, models);
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
