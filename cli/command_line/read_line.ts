// Reads a command line: which command it asks for, and that command's flags and operands, checked against what the
// command declares. Whatever is wrong with the line is said here, in one sentence, with what to type instead.

import { isBlank } from "../../lib/base/line.ts";
import { nearest } from "../../lib/base/nearest.ts";
import { UsageError } from "../terminal/exit_codes.ts";
import { shellWord } from "../terminal/shell_line.ts";
import type { Command, Flag } from "./command.ts";
import type { Flags } from "./flags.ts";

export type Request =
  /** `mnist`, `mnist help`, `mnist train -h`, …; without a command: of the program. */
  | { kind: "help"; command: string | null }
  | { kind: "version" }
  /** @property args the words behind the command, those before it first */
  | { kind: "command"; command: string; args: readonly string[] };

export interface CommandLine {
  flags: Flags;
  operands: readonly string[];
  /** What was said by an old name, and how it is said now. */
  notes: readonly string[];
}

const HELP = ["-h", "--help"];
const VERSION = ["-v", "--version"];
/** A value may be a negative number, or "-" for standard input and output; other words with a dash are flags. */
const DASH_VALUE = /^-($|[\d.])/;
const PROGRAM_VERSION = "mnist --version prints the program's own.";

/**
 * What the line asks for; of a command's words only --help is looked at.
 *
 * @param names of the commands
 * @throws {UsageError} no command, or an unknown one
 */
export function readRequest(args: readonly string[], names: readonly string[]): Request {
  const [first, ...rest] = args;
  if (first === undefined) return { kind: "help", command: null };
  if (first === "help" || HELP.includes(first)) {
    const word = rest.find((arg) => !arg.startsWith("-"));
    return { kind: "help", command: word === undefined ? null : known(word, names) };
  }
  if (VERSION.includes(first)) return { kind: "version" };
  const at = first.startsWith("-") ? args.findIndex((arg) => names.includes(arg)) : 0;
  if (at < 0) throw new UsageError(`Name a command: ${names.join(", ")}. See mnist --help.`);
  const command = known(args[at], names);
  const others = args.filter((_, i) => i !== at);
  const isHelp = beforeDashes(others).some((arg) => HELP.includes(arg));
  return isHelp ? { kind: "help", command } : { kind: "command", command, args: others };
}

/**
 * The words behind a command. A flag that is given more than once counts as given last.
 *
 * @throws {UsageError} an unknown flag, a value that is missing or not one of the choices, too few or too many operands
 */
export function readCommandLine(name: string, command: Command, args: readonly string[]): CommandLine {
  return new Reader(name, command).read(args);
}

class Reader {
  private readonly flags: Record<string, string | boolean> = {};
  private readonly operands: string[] = [];
  private readonly notes: string[] = [];

  constructor(
    private readonly name: string,
    private readonly command: Command,
  ) {}

  read(args: readonly string[]): CommandLine {
    const words = [...beforeDashes(args)];
    const literal = args.slice(words.length + 1);
    while (words.length > 0) {
      const word = words.shift() as string;
      if (word.startsWith("-") && word !== "-") this.readFlag(word, words);
      else this.operands.push(word);
    }
    this.operands.push(...literal);
    this.checkOperands();
    return { flags: this.flags, operands: this.operands, notes: [...new Set(this.notes)] };
  }

  /** @param words behind it, of which it takes its value */
  private readFlag(word: string, words: string[]): void {
    const [, typed, given] = word.match(/^--([^-=][^=]*)(?:=(.*))?$/s) ?? [];
    const name = typed === undefined ? undefined : this.currentName(typed);
    if (name === undefined) this.fail(this.explainUnknown(word.split("=")[0]));
    const flag = this.command.flags[name];
    if (flag.value === null) {
      if (given !== undefined && given !== "true" && given !== "false") {
        this.fail(`--${name} takes no value; got ${quoted(given)}.`);
      }
      this.flags[name] = given !== "false";
      return;
    }
    const value = given ?? (words.length > 0 && isValue(words[0]) ? words.shift() : undefined);
    if (value === undefined || isBlank(value)) this.fail(this.explainMissing(name, flag, words[0]));
    this.flags[name] = flag.choices ? this.choose(name, flag, value) : value;
  }

  /** The flag's own name, of an old one; undefined where there is no such flag. */
  private currentName(typed: string): string | undefined {
    const { flags } = this.command;
    if (Object.hasOwn(flags, typed)) return typed;
    const renamed = Object.entries(flags).find(([, { formerly }]) => formerly?.names?.includes(typed));
    if (renamed === undefined) return undefined;
    const [name, { formerly }] = renamed;
    this.notes.push(`--${typed} is now --${name}; the old name works until ${formerly?.until}.`);
    return name;
  }

  private choose(name: string, { choices = [], formerly }: Flag, value: string): string {
    if (choices.includes(value)) return value;
    const old = formerly?.choices ?? {};
    if (Object.hasOwn(old, value)) {
      const now = old[value];
      this.notes.push(`--${name} ${value} is now --${name} ${now}; the old word works until ${formerly?.until}.`);
      return now;
    }
    const listed = choices.join(", ");
    this.fail(`--${name} must be one of ${listed}; got ${quoted(value)}.${didYouMean(nearest(value, choices))}`);
  }

  /** @param dashed the flag as typed, without a value */
  private explainUnknown(dashed: string): string {
    const bare = dashed.replace(/^-+/, "");
    const what = `${this.name} has no flag ${dashed}.`;
    const isVersion = VERSION.includes(dashed);
    const instead = this.command.instead?.[bare] ?? (isVersion ? PROGRAM_VERSION : undefined);
    if (instead !== undefined) return `${what} ${instead}`;
    const meant = nearest(bare, [...Object.keys(this.command.flags), "help"]);
    return `${what}${didYouMean(meant && `--${meant}`)}`;
  }

  private explainMissing(name: string, { value, describe }: Flag, next: string | undefined): string {
    const isFlag = next?.startsWith("--") && Object.hasOwn(this.command.flags, next.slice(2).split("=")[0]);
    const dashed =
      next?.startsWith("-") && !isFlag
        ? ` Write one that begins with a dash as ${shellWord(`--${name}=${next}`)}.`
        : "";
    const version = name === "version" ? `: ${describe}. ${PROGRAM_VERSION}` : ".";
    return `--${name} needs a value, as in --${name} ${value}${version}${dashed}`;
  }

  private checkOperands(): void {
    const { name, operands } = this;
    const { value, min = 0, max = Number.POSITIVE_INFINITY, missing } = this.command.operands ?? { value: "", max: 0 };
    if (operands.length < min) this.fail(`${name}: ${missing ?? `it needs ${value}`}.`);
    if (operands.length > max) {
      this.fail(
        max === 0
          ? `${name} takes no ${quoted(operands[0])}.`
          : `${name} takes ${max === 1 ? "one" : `at most ${max}`} ${value}; got ${operands.length}.`,
      );
    }
    if (operands.some(isBlank)) this.fail(`${name}: got an empty word where ${value} belongs.`);
  }

  private fail(message: string): never {
    throw new UsageError(`${message} See mnist ${this.name} --help.`);
  }
}

function known(word: string, names: readonly string[]): string {
  if (names.includes(word)) return word;
  throw new UsageError(
    `There is no command ${quoted(word)}.${didYouMean(nearest(word, [...names, "help"]))} See mnist --help.`,
  );
}

/** What stands behind a "--" is no flag, whatever it looks like. */
function beforeDashes(args: readonly string[]): readonly string[] {
  const end = args.indexOf("--");
  return end < 0 ? args : args.slice(0, end);
}

function isValue(word: string): boolean {
  return !word.startsWith("-") || DASH_VALUE.test(word);
}

/** In quotes where it would not be seen as a word. */
function quoted(word: string): string {
  return isBlank(word) ? JSON.stringify(word) : word;
}

function didYouMean(nearest: string | null): string {
  return nearest ? ` Did you mean ${nearest}?` : "";
}
