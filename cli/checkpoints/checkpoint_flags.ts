// The flags of every command that reads a checkpoint.

import { MODEL_NAMES } from "../../models/index.ts";
import { choiceFlag, valueFlag } from "../command_line/command.ts";

export const CHECKPOINT_FLAGS = {
  model: choiceFlag("Which network; default: what --checkpoint, --run or --version is of, else cnn", MODEL_NAMES),
  checkpoint: valueFlag("A safetensors file instead of the shipped one"),
  run: valueFlag("A run of mnist train instead: latest, its id, or the beginning of one; also cnn/ID"),
  version: valueFlag("current, shipped, or a number of mnist versions", "shipped"),
  runs: valueFlag("The folder where train kept its runs and promote its versions", "outputs"),
} as const;
