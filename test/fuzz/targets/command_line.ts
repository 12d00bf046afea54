// Command lines, as the program reads its own: which command, its flags and operands.
//
// Garbage: a flag that the command does not declare, a value where there is none to give, or none where there is one; a
// word that is not among the choices; more or fewer operands than the command takes, or a blank one.

import type { Command } from "../../../cli/command_line/command.ts";
import { type CommandLine, readCommandLine, readRequest } from "../../../cli/command_line/read_line.ts";
import { COMMANDS } from "../../../cli/commands.ts";
import { UsageError } from "../../../cli/terminal/exit_codes.ts";
import { messageOf } from "../../../cli/terminal/report_error.ts";
import { escapeControls } from "../../../lib/base/printable.ts";
import { hostileText } from "../hostile_text.ts";
import { utf8 } from "../mutate_bytes.ts";
import type { Random } from "../random.ts";
import type { FuzzTarget } from "../target.ts";

/** Null where help or the version is asked for. */
type Read = { name: string; line: CommandLine } | null;

const NAMES = COMMANDS.map(({ name }) => name);
const LOADED = new Map<string, Command>();
for (const { name, load } of COMMANDS) LOADED.set(name, await load());
const FLAGS = [...new Set([...LOADED.values()].flatMap(({ flags }) => Object.keys(flags)))];
const VALUES = ["1", "0.5", "-1", "latest", "linear", "cnn", "true", "false", "outputs", "-", "mnist", "1e400"];

export const target: FuzzTarget<Read> = {
  name: "command_line",
  errors: [UsageError],
  mutate: (random) => {
    const words = Array.from({ length: random.below(6) }, () => word(random));
    return utf8([random.oneIn(8) ? word(random) : random.pick(NAMES), ...words].join("\0"));
  },
  read: (input) => {
    const request = readRequest(new TextDecoder().decode(input).split("\0"), NAMES);
    if (request.kind !== "command") return null;
    const { command: name, args } = request;
    return { name, line: readCommandLine(name, LOADED.get(name) as Command, args) };
  },
  garbage: (read) => {
    if (read === null) return null;
    const { flags, operands } = LOADED.get(read.name) as Command;
    for (const [name, value] of Object.entries(read.line.flags)) {
      if (!Object.hasOwn(flags, name)) return "a flag that the command does not have";
      const { value: asked, choices } = flags[name];
      if ((asked === null) !== (typeof value === "boolean")) return "a flag with a value of another kind";
      if (choices && !choices.includes(String(value))) return "a word that is not among the choices";
      if (String(value).trim() === "") return "a blank value";
    }
    const { min = 0, max = Number.POSITIVE_INFINITY } = operands ?? { max: 0 };
    const { length } = read.line.operands;
    if (length < min || length > max) return "another number of operands than the command takes";
    return read.line.operands.some((operand) => operand.trim() === "") ? "a blank operand" : null;
  },
  describe: (read) => (read === null ? "help" : `${read.name} ${JSON.stringify(read.line)}`),
  // They may quote whatever was typed: what is printed of them, the terminal escapes.
  said: (error) =>
    escapeControls(messageOf(error))
      .slice(0, 1000)
      .replace(/\p{Cs}$/u, ""),
  leastRefusals: 20,
};

function word(random: Random): string {
  const dashes = random.pick(["--", "--", "--", "-", "---", ""]);
  const flag = `${dashes}${random.oneIn(6) ? hostileText(random) : random.pick(FLAGS)}`;
  switch (random.below(6)) {
    case 0:
      return hostileText(random);
    case 1:
      return random.pick(VALUES);
    case 2:
      return random.pick(["--", "-h", "--help", "--version", ...NAMES]);
    case 3:
      return `${flag}=${random.oneIn(2) ? random.pick(VALUES) : hostileText(random)}`;
    default:
      return flag;
  }
}
