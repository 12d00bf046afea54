// --no-wide, of every command that computes for longer than wide kernels take to load.

import { switchFlag } from "../command_line/command.ts";

export const NO_WIDE = switchFlag(
  "Do without vectors of eight lanes, which Node has behind a flag from version 24 on; the results are the same",
);
