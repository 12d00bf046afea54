// mnist infer: reads digits in pictures.

import { CHECKPOINT_FLAGS } from "../checkpoints/checkpoint_flags.ts";
import { type Command, switchFlag, valueFlag } from "../command_line/command.ts";
import { isSet, textFlag } from "../command_line/flags.ts";
import { UsageError } from "../terminal/exit_codes.ts";

export const infer: Command = {
  usage: "infer <files..>",
  summary: "Read digits in PNG pictures",
  operands: "PNG files; - is standard input",
  details:
    "Any size, colour type and polarity; the digit may stand anywhere in the picture. A picture that cannot be read " +
    "gets a line on stderr and exit code 3; the others are answered all the same.",
  examples: [
    ["mnist infer digit.png", "the shipped CNN"],
    ["mnist infer --visualize digit.png", "and what the network saw, drawn here and as digit.seen.png"],
    ["mnist infer --run latest --json *.png", "what was trained last, for programs"],
    ["curl -s https://example.org/7.png | mnist infer -", "from standard input"],
  ],
  flags: {
    ...CHECKPOINT_FLAGS,
    visualize: switchFlag("Draw the 28×28 the network saw, and write it as NAME.seen.png"),
    out: valueFlag("The folder where --visualize writes its pictures", "."),
    json: switchFlag("Print the results as one JSON array"),
  },
  async run(flags, files, signal) {
    if (files.length === 0) {
      throw new UsageError("infer: name at least one file, as in mnist infer digit.png. See mnist infer --help.");
    }
    const isVisual = isSet(flags, "visualize");
    const out = textFlag(flags, "out");
    if (out !== undefined && !isVisual)
      throw new UsageError("--out says where --visualize writes; give both, or neither.");
    if (files.filter((file) => file === "-").length > 1) throw new UsageError("- can be read once only.");
    const { inferFiles } = await import("./infer_files.ts");
    await inferFiles(flags, { files, isVisual, out: out ?? ".", isJson: isSet(flags, "json") }, signal);
  },
};
