// The pages of --help, laid out by yargs.

import yargs, { type Argv } from "yargs";
import type { Command, CommandEntry, Flag } from "./command.ts";

/** Lines that are longer read badly, however wide the terminal. */
const MAX_WIDTH = 100;
const DEFAULT_GROUP = "Flags";

/** What `mnist` alone prints. */
export async function programHelp(commands: readonly CommandEntry[], width: number): Promise<string> {
  const page = emptyPage(width)
    .usage(
      "mnist trains networks to read handwritten digits, and reads digits with them.\n\nUsage: mnist COMMAND [flags]",
    )
    .option("help", { alias: "h", group: "Flags:", describe: "Print this page, or a command's" })
    .option("version", { alias: "v", group: "Flags:", describe: "Print the version" })
    .epilogue(
      "mnist COMMAND --help lists a command's flags.\n" +
        "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 bad data, 130 interrupted.",
    );
  for (const { name, summary } of commands) page.command(name, summary);
  return page.getHelp();
}

export async function commandHelp(name: string, command: Command, width: number): Promise<string> {
  const { operands, details, examples, flags } = command;
  const usage = ["mnist", name, ...(operands ? [usageOf(operands)] : []), "[flags]"].join(" ");
  const page = emptyPage(width).usage(`Usage: ${usage}\n\n${details}`);
  if (operands) page.positional(operands.value, { describe: operands.describe });
  for (const [flag, declared] of Object.entries(flags)) {
    const { value, group = DEFAULT_GROUP } = declared;
    // yargs shows the value's name behind the flag if it takes both for the flag's name.
    page.option(value === null ? flag : `${flag} ${value}`, { group: `${group}:`, describe: describeFlag(declared) });
  }
  const lastGroup = Object.values(flags).at(-1)?.group ?? DEFAULT_GROUP;
  page.option("help", { alias: "h", group: `${lastGroup}:`, describe: "Print this page" });
  for (const [line, what] of examples) page.example(line, what);
  return page.getHelp();
}

function emptyPage(width: number): Argv {
  // The second argument keeps it from asking for the working folder, which may have been deleted.
  return yargs([], "/")
    .scriptName("mnist")
    .locale("en")
    .updateStrings({ "Positionals:": "Operands:" })
    .wrap(Math.min(width, MAX_WIDTH))
    .help(false)
    .version(false);
}

/** @example "FILE...", "[RUN...]", "RUN" */
function usageOf({ value, min = 0, max = Number.POSITIVE_INFINITY }: NonNullable<Command["operands"]>): string {
  const some = max > 1 ? `${value}...` : value;
  return min > 0 ? some : `[${some}]`;
}

/** @example "Images per step (default: 64)" */
function describeFlag({ describe, choices, byDefault }: Flag): string {
  const listed = choices ? `: ${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}` : "";
  return `${describe}${listed}${byDefault === undefined ? "" : ` (default: ${byDefault})`}`;
}
