// --dataset-name, of every command that reads a data set.

import { valueFlag } from "../command_line/command.ts";

export const DATASET_NAME = valueFlag(
  "NAME",
  "What the data set in that folder is called, if it is another than MNIST: Fashion-MNIST, EMNIST digits, …",
);
