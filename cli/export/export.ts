// mnist export: a checkpoint as a file for other programs.

import type { ExportFormat } from "../../models/export/index.ts";
import { type Command, choiceFlag, grouped, switchFlag, valueFlag } from "../command_line/command.ts";
import { isSet, textFlag } from "../command_line/flags.ts";
import { CHECKPOINT_FLAGS } from "../inputs/checkpoint_flags.ts";
import { UsageError } from "../terminal/exit_codes.ts";

/** Said here too, so that --help need not load what writes them. */
const FORMATS = Object.keys({ onnx: 0, html: 0, mjs: 0, safetensors: 0 } satisfies Record<
  ExportFormat,
  0
>) as ExportFormat[];

export const exportCommand: Command = {
  details:
    "Writes the network to a file in one step, so that nobody ever sees half of it, and prints the file's path, size " +
    "and SHA-256. An existing file is replaced only with --force. The same checkpoint gives the same bytes.",
  examples: [
    ["mnist export --out cnn.onnx", "the shipped CNN for onnxruntime"],
    ["mnist export --run latest --out my.onnx", "the network trained last"],
    ["mnist export --format safetensors", "for PyTorch"],
    ["mnist export --format html", "an offline page to draw digits in"],
    ["mnist export --out digits.mjs", "a module without dependencies"],
    ["mnist export --format onnx --out -", "to standard output"],
  ],
  flags: {
    ...CHECKPOINT_FLAGS,
    ...grouped("Output", {
      format: choiceFlag("File format", FORMATS, { byDefault: "by the ending of --out" }),
      out: valueFlag("FILE", "File to write; - is standard output", { byDefault: "MODEL.FORMAT" }),
      force: switchFlag("Replace an existing file"),
      json: switchFlag("Print what was written as one JSON object"),
    }),
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
function agreed(said: string | undefined, out: string | undefined): ExportFormat {
  const ending = FORMATS.find((known) => out?.endsWith(`.${known}`));
  if (said !== undefined && ending !== undefined && said !== ending) {
    throw new UsageError(
      `--format ${said} and --out ${out} contradict each other; say --format ${ending}, or let --out end in .${said}.`,
    );
  }
  const format = FORMATS.find((known) => known === said) ?? ending;
  if (format !== undefined) return format;
  throw new UsageError(`--format must say what to write, one of ${FORMATS.join(", ")}; or let --out end in it.`);
}
