// mnist infer: reads digits in pictures.

import { type Command, grouped, switchFlag, valueFlag } from "../command_line/command.ts";
import { isSet, textFlag } from "../command_line/flags.ts";
import { CHECKPOINT_FLAGS } from "../inputs/checkpoint_flags.ts";
import { UsageError } from "../terminal/exit_codes.ts";

export const infer: Command = {
  operands: {
    value: "FILE",
    describe: "PNG and JPEG files; - is standard input",
    min: 1,
    missing: "name at least one file, as in mnist infer digit.png",
  },
  details:
    "Pictures may have any size and colour type, dark digits on light or light on dark, anywhere in the picture; " +
    "photographs are turned as their camera was held. Whether a file is a PNG or a JPEG is told by what is in it. A " +
    "file that cannot be read gets a line on stderr and exit code 3; the others are answered all the same. Ten pictures " +
    "or more get a line each.",
  examples: [
    ["mnist infer digit.png", "the shipped CNN"],
    ["mnist infer --visualize digit.png", "and show what the network saw"],
    ["mnist infer --run latest --json ./*.png", "the network trained last, as JSON"],
    ["mnist infer photo.jpg", "a photograph"],
    ["mnist infer --all postcode.png", "every digit in it, in reading order"],
    ["mnist infer - < digit.png", "from standard input"],
  ],
  flags: {
    ...CHECKPOINT_FLAGS,
    ...grouped("Picture", {
      all: switchFlag("Read every digit in the picture, each with its place: a number, a postcode, a sheet of digits"),
    }),
    ...grouped("Output", {
      visualize: switchFlag("Draw the 28×28 pixels that the network saw, and write them to NAME.seen.png"),
      out: valueFlag("FOLDER", "Where --visualize writes", { byDefault: "." }),
      verbose: switchFlag("Show how likely each digit is for each of many pictures, too"),
      json: switchFlag("Print the answers as one JSON array"),
    }),
  },
  async run(flags, files, signal) {
    const isVisual = isSet(flags, "visualize");
    const out = textFlag(flags, "out");
    if (out !== undefined && !isVisual)
      throw new UsageError("--out says where --visualize writes; give both, or neither.");
    const isAll = isSet(flags, "all");
    if (isAll && isVisual) throw new UsageError("--visualize shows one digit; leave out --all, or --visualize.");
    if (files.filter((file) => file === "-").length > 1) throw new UsageError("- can be read once only.");
    const { inferFiles } = await import("./infer_files.ts");
    const output = { isVerbose: isSet(flags, "verbose"), isJson: isSet(flags, "json") };
    await inferFiles(flags, { files, isAll, isVisual, out: out ?? ".", ...output }, signal);
  },
};
