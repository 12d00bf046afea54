// The options of the programs in this folder.

import process from "node:process";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { complain, print } from "./print.ts";

/** What is wrong with the command line, in one line. */
export class OptionProblem extends Error {}

type Spec = NonNullable<ParseArgsConfig["options"]>;
type Values<S extends Spec> = ReturnType<typeof parseArgs<{ options: S }>>["values"];

/** @throws {OptionProblem} an option that is unknown or lacks its value, or anything that is not an option */
export function parse<S extends Spec>(args: readonly string[], options: S): Values<S> {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    // Node's message continues to explain "--" and positionals.
    throw new OptionProblem((error as Error).message.split(". ")[0].replace(/\.$/, ""));
  }
}

/** @throws {OptionProblem} anything but a whole number from 1 on */
export function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) {
    throw new OptionProblem(`--${name} must be a whole number from 1 to 999999; got "${text}"`);
  }
  return Number(text);
}

/** @throws {OptionProblem} any other text */
export function oneOf<T extends string>(name: string, choices: readonly T[], text: string): T {
  const found = choices.find((choice) => choice === text);
  if (!found) throw new OptionProblem(`--${name} must be ${choices.join(" or ")}; got "${text}"`);
  return found;
}

/** What `read` makes of the command line; `--help` and what is wrong end the program, with 0 and 2. */
export function readOptions<T>(program: string, usage: string, read: (args: readonly string[]) => T): T {
  const args = process.argv.slice(2);
  if (args.includes("--help")) {
    print(usage);
    process.exit(0);
  }
  try {
    return read(args);
  } catch (error) {
    if (!(error instanceof OptionProblem)) throw error;
    complain(`${program}: ${error.message}. See npm run ${program} -- --help.`);
    process.exit(2);
  }
}
