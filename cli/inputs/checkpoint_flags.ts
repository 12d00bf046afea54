// The flags of every command that reads a checkpoint.

import { DEFAULT_MODEL, MODEL_NAMES } from "../../models/index.ts";
import { choiceFlag, grouped, valueFlag } from "../command_line/command.ts";

export const CHECKPOINT_FLAGS = grouped("Checkpoint", {
  model: choiceFlag("Network", MODEL_NAMES, {
    byDefault: `that of --checkpoint, --run or --version, else ${DEFAULT_MODEL}`,
  }),
  checkpoint: valueFlag("FILE", "A safetensors file in place of the shipped weights"),
  "strip-prefix": valueFlag("TEXT", "Text to take off the names in that file, such as module."),
  run: valueFlag("RUN", `A run of mnist train: latest, its id or the start of one, or ${DEFAULT_MODEL}/ID`),
  version: valueFlag("VERSION", "current, shipped, or a number that mnist versions lists", { byDefault: "shipped" }),
  runs: valueFlag("FOLDER", "Folder of runs and versions", { byDefault: "outputs" }),
});
