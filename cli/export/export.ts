// mnist export: a checkpoint as a file for other programs.

import { CHECKPOINT_FLAGS } from "../checkpoints/checkpoint_flags.ts";
import { type Command, choiceFlag, switchFlag, valueFlag } from "../command_line/command.ts";
import { isSet, textFlag } from "../command_line/flags.ts";
import { UsageError } from "../terminal/exit_codes.ts";
import { EXPORT_FORMATS } from "./export_formats.ts";

const FORMATS = Object.keys(EXPORT_FORMATS);

export const exportCommand: Command = {
  usage: "export",
  summary: "Write a checkpoint for other programs",
  details:
    "Writes the network, in one step, so that nobody finds half a file, and prints the file's path, size and SHA-256. " +
    "A file that is there already is replaced with --force only. The same checkpoint gives the same bytes.",
  examples: [
    ["mnist export --format onnx --out cnn.onnx", "the shipped CNN for onnxruntime and its like"],
    ["mnist export --run latest --out mine.safetensors", "what was trained last, for PyTorch"],
    ["mnist export --format html", "a page that reads what one draws in it, for anyone, offline"],
    ["mnist export --format mjs --out digits.mjs", "a module without dependencies: predict(pixels)"],
    ["mnist export --format onnx --out - | sha256sum", "to standard output"],
  ],
  flags: {
    ...CHECKPOINT_FLAGS,
    format: choiceFlag("What to write; default: what the ending of --out says", FORMATS),
    out: valueFlag("The file; - is standard output", "MODEL.FORMAT"),
    force: switchFlag("Replace a file that is there already"),
    json: switchFlag("Print what was written as one JSON object"),
  },
  async run(flags) {
    const out = textFlag(flags, "out");
    const format = agreed(textFlag(flags, "format"), out);
    const isJson = isSet(flags, "json");
    if (out === "-" && isJson) {
      throw new UsageError("--json and --out - both need standard output; write to a file, or leave out --json.");
    }
    const { exportModel } = await import("./export_model.ts");
    await exportModel(flags, { format, out, isForced: isSet(flags, "force"), isJson });
  },
};

/**
 * What to write: what is said, or what the file's ending says.
 *
 * @throws {UsageError} neither says it, or they contradict each other
 */
function agreed(said: string | undefined, out: string | undefined): string {
  const ending = FORMATS.find((known) => out?.endsWith(`.${known}`));
  if (said !== undefined && ending !== undefined && said !== ending) {
    throw new UsageError(
      `--format ${said} and --out ${out} contradict each other; say --format ${ending}, or let --out end in .${said}.`,
    );
  }
  const format = said ?? ending;
  if (format !== undefined) return format;
  throw new UsageError(`--format must say what to write, one of ${FORMATS.join(", ")}; or let --out end in it.`);
}
