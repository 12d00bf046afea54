// How a command line is read, and what is said to a wrong one, without a process each.

import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Command, choiceFlag, switchFlag, valueFlag } from "../../cli/command_line/command.ts";
import { type CommandLine, readCommandLine, readRequest } from "../../cli/command_line/read_line.ts";
import { COMMANDS } from "../../cli/commands.ts";
import { UsageError } from "../../cli/terminal/exit_codes.ts";

const test = suite("command lines");

const NAMES = COMMANDS.map(({ name }) => name);
const LOADED = await Promise.all(COMMANDS.map(async ({ name, load }) => ({ name, command: await load() })));

function commandNamed(name: string): Command {
  return LOADED.find((each) => each.name === name)?.command as Command;
}

function read(line: string | readonly string[]): CommandLine {
  const [name, ...args] = typeof line === "string" ? line.split(" ") : line;
  return readCommandLine(name, commandNamed(name), args);
}

/** What is said to the line; "none" where nothing is wrong with it. */
function refusal(line: string | readonly string[]): string {
  const args = typeof line === "string" ? line.split(" ") : line;
  try {
    const request = readRequest(args, NAMES);
    if (request.kind === "command") read([request.command, ...request.args]);
  } catch (error) {
    assert.instance(error, UsageError);
    return (error as Error).message;
  }
  return "none";
}

test("a flag's value stands behind it or behind =, a switch alone; the rest are operands", () => {
  assert.equal(read("infer a.png --model cnn b.png --json --out=seen -"), {
    flags: { model: "cnn", json: true, out: "seen" },
    operands: ["a.png", "b.png", "-"],
    notes: [],
  });
  assert.equal(read("train --json=false --seed=1 --betas=0.9,0.99").flags, {
    json: false,
    seed: "1",
    betas: "0.9,0.99",
  });
  assert.equal(read(["promote", "latest", "--note", "a = b"]).flags, { note: "a = b" });
  assert.equal(read("export --out a=b.onnx --runs=c=d").flags, { out: "a=b.onnx", runs: "c=d" });
});

test("given twice, the last counts, of a switch too", () => {
  assert.equal(read("train --epochs 3 --json --epochs 4 --json=false").flags, { epochs: "4", json: false });
});

test("a value may be negative, or a dash for standard output; other words with a dash are flags", () => {
  assert.equal(read("train --lr -1 --min-lr -.5").flags, { lr: "-1", "min-lr": "-.5" });
  assert.equal(read("export --out -").flags, { out: "-" });
  assert.is(
    refusal("promote latest --note -x"),
    "--note needs a value, as in --note TEXT. Write one that begins with a dash as --note=-x. See mnist promote --help.",
  );
  assert.equal(read("promote latest --note=-x").flags, { note: "-x" });
});

test("what follows -- are operands, whatever they look like", () => {
  assert.equal(read("infer --json -- --json -- -h").operands, ["--json", "--", "-h"]);
  assert.is(readRequest(["infer", "--", "--help"], NAMES).kind, "command");
});

test("-h and help print a page, -v and --version the program's version", () => {
  const page = (command: string | null) => ({ kind: "help", command });
  for (const line of ["", "help", "-h", "--help", "-h -v", "help --json"]) assert.equal(readRequest(line.split(" ").filter(Boolean), NAMES), page(null)); // biome-ignore format: one line
  for (const line of [
    "train -h",
    "train --help",
    "help train",
    "-h train",
    "--help train",
    "train --lr -h",
    "--json train -h",
  ]) {
    // biome-ignore format: one line
    assert.equal(readRequest(line.split(" "), NAMES), page("train"), line);
  }
  for (const line of ["-v", "--version", "-v train"]) assert.equal(readRequest(line.split(" "), NAMES).kind, "version");
  // A file may be called so.
  assert.is(readRequest(["infer", "help"], NAMES).kind, "command");
});

test("flags may stand before the command", () => {
  const { flags } = read("train --json --model cnn");
  assert.equal(readRequest(["--json", "--model", "cnn", "train"], NAMES), {
    kind: "command",
    command: "train",
    args: ["--json", "--model", "cnn"],
  });
  assert.equal(flags, { json: true, model: "cnn" });
});

test("a mistyped command, flag or choice is refused with what was probably meant", () => {
  assert.is(refusal("trian"), "There is no command trian. Did you mean train? See mnist --help.");
  assert.is(refusal("hlep"), "There is no command hlep. Did you mean help? See mnist --help.");
  assert.is(refusal("help trian"), "There is no command trian. Did you mean train? See mnist --help.");
  assert.is(refusal([""]), 'There is no command "". See mnist --help.');
  assert.match(refusal("--json"), /^Name a command: train, infer, .*, doctor\. See mnist --help\.$/);
  assert.is(refusal("train --epoch 3"), "train has no flag --epoch. Did you mean --epochs? See mnist train --help.");
  assert.is(refusal("train --epoch=3"), "train has no flag --epoch. Did you mean --epochs? See mnist train --help.");
  assert.is(refusal("train -epochs 3"), "train has no flag -epochs. Did you mean --epochs? See mnist train --help.");
  assert.is(refusal("train --hepl"), "train has no flag --hepl. Did you mean --help? See mnist train --help.");
  for (const odd of ["---json", "--=3", "-x", "--constructor", "--__proto__", "--no-json", "--maxSeconds=3"]) {
    assert.match(refusal(["train", odd]), new RegExp(`^train has no flag ${odd.split("=")[0]}\\.`), odd);
  }
  assert.is(
    refusal("train --preset fats"),
    "--preset must be one of fast, standard, best; got fats. Did you mean fast? See mnist train --help.",
  );
});

test("a flag without a value, and a switch with one, are refused", () => {
  for (const line of ["train --lr", "train --lr --json", "train --lr="]) {
    assert.is(refusal(line), "--lr needs a value, as in --lr RATE. See mnist train --help.");
  }
  assert.match(refusal(["train", "--lr", " "]), /^--lr needs a value/);
  assert.is(refusal("train --json=yes"), "--json takes no value; got yes. See mnist train --help.");
  assert.is(refusal("train --json="), '--json takes no value; got "". See mnist train --help.');
});

test("no command takes a blank word, as an operand or as the value of any flag", () => {
  const blanks = ["", " ", "\t\n", "\u00a0", "\u200b", "\u0000\u001b", "\u2800"];
  for (const { name, command } of LOADED) {
    for (const blank of blanks) {
      assert.is.not(refusal([name, blank]), "none", name);
      assert.is.not(refusal([name, "--", blank]), "none", name);
      for (const [flag, { value }] of Object.entries(command.flags)) {
        if (value === null) continue;
        for (const words of [[`--${flag}`, blank], [`--${flag}=${blank}`]])
          assert.match(refusal([name, ...words]), new RegExp(`^--${flag} needs a value`), `${name} --${flag}`);
      }
    }
  }
});

test("operands are counted", () => {
  assert.is(refusal("train cnn"), "train takes no cnn. See mnist train --help.");
  assert.is(refusal("infer"), "infer: name at least one file, as in mnist infer digit.png. See mnist infer --help.");
  assert.match(refusal("promote"), /^promote: name a run, as in mnist promote latest/);
  assert.is(refusal("promote a b"), "promote takes one RUN; got 2. See mnist promote --help.");
  assert.match(refusal(["infer", ""]), /^infer: got an empty word where FILE belongs\./);
});

test("--version behind a command that reads no checkpoint is refused, with what to say instead", () => {
  assert.is(
    refusal("compare --version current"),
    "compare has no flag --version. Say --cnn current or --linear current; a version's number will do, too. See mnist compare --help.",
  );
  assert.match(refusal("rollback --version 2"), /^rollback has no flag --version\. Say --to NUMBER\./);
  for (const name of ["train", "runs", "promote", "versions", "doctor"]) {
    for (const flag of ["--version", "--version current", "--version=1", "-v"]) {
      const start = `${name} has no flag ${flag.split(/[ =]/)[0]}. mnist --version prints the program's own.`;
      assert.ok(refusal(`${name} ${flag}`).startsWith(start), refusal(`${name} ${flag}`));
    }
  }
  assert.match(
    refusal("infer 0.png --version"),
    /^--version needs a value.* mnist --version prints the program's own\./,
  );
});

const RENAMED: Command = {
  ...{ details: "", examples: [], run: async () => {} },
  flags: {
    cooldown: valueFlag("PART", "", { formerly: { until: "0.3", names: ["settle"] } }),
    split: choiceFlag("", ["random", "contiguous"], {
      formerly: { until: "0.4", names: ["held-out"], choices: { drawn: "random", block: "contiguous" } },
    }),
    json: switchFlag(""),
  },
};

test("old names of flags and of choices work, with a note on what they are called now", () => {
  const { flags, notes } = readCommandLine("train", RENAMED, [
    "--settle",
    "0.2",
    "--held-out=block",
    "--split",
    "random",
  ]);
  assert.equal(flags, { cooldown: "0.2", split: "random" });
  assert.equal(notes, [
    "--settle is now --cooldown; the old name works until 0.3.",
    "--held-out is now --split; the old name works until 0.4.",
    "--split block is now --split contiguous; the old word works until 0.4.",
  ]);
  assert.equal(readCommandLine("train", RENAMED, ["--split", "random"]).notes, []);
  assert.throws(
    () => readCommandLine("train", RENAMED, ["--held-out", "draw"]),
    /--split must be one of random, contiguous; got draw\./,
  );
});

test("old names are gone in the version that they were promised until", async () => {
  const { version } = await import("../../package.json", { with: { type: "json" } }).then((json) => json.default);
  const numbers = (text: string): number =>
    text.split(".").reduce((sum, part, i) => sum + Number(part) * 1000 ** -i, 0);
  const flags = [RENAMED, ...LOADED.map(({ command }) => command)].flatMap((command) => Object.entries(command.flags));
  const formers = flags.flatMap(([name, { formerly }]) => (formerly ? [{ name, ...formerly }] : []));
  assert.ok(formers.length > 1);
  for (const { name, until } of formers) {
    assert.match(until, /^\d+\.\d+$/);
    assert.ok(numbers(version) < numbers(until), `--${name} was to lose its old names in ${until}; this is ${version}`);
  }
});

test("no old name is the name of another flag, nor an old choice one of the choices", () => {
  for (const { name, command } of LOADED) {
    const names = Object.keys(command.flags);
    const old = Object.values(command.flags).flatMap(({ formerly }) => formerly?.names ?? []);
    assert.equal(
      old.filter((each, i) => names.includes(each) || old.indexOf(each) !== i),
      [],
      name,
    );
    for (const { formerly, choices = [] } of Object.values(command.flags)) {
      for (const [word, now] of Object.entries(formerly?.choices ?? {})) {
        assert.ok(!choices.includes(word) && choices.includes(now), `${name}: ${word} → ${now}`);
      }
    }
  }
});

test("any line of known flags and words is read as it was put together", () => {
  const word = fc.constantFrom("digit.png", "cnn", "latest", "3", "a=b", "é", "help", "true", "-", "a b", "'q'", "-1");
  const file = fc.constantFrom("digit.png", "help", "train", "-", "a=b", "'a.png'", "\u0000dash");
  const flag = fc.oneof(
    fc.tuple(fc.constantFrom("run", "checkpoint", "version", "runs", "out"), word, fc.boolean()),
    fc.tuple(fc.constantFrom("json", "visualize"), fc.constant(null), fc.boolean()),
  );
  const part = fc.oneof(file, flag);
  const property = fc.property(fc.array(part, { minLength: 1, maxLength: 8 }), (parts) => {
    const flags: Record<string, string | boolean> = {};
    const operands: string[] = [];
    const args = parts.flatMap((each) => {
      if (typeof each === "string") {
        operands.push(each);
        return [each];
      }
      const [name, value, isJoined] = each;
      flags[name] = value ?? true;
      if (value === null) return [isJoined ? `--${name}=true` : `--${name}`];
      return isJoined ? [`--${name}=${value}`] : [`--${name}`, value];
    });
    fc.pre(operands.length > 0);
    assert.equal(read(["infer", ...args]), { flags, operands, notes: [] }, JSON.stringify(args));
  });
  fc.assert(property, { numRuns: 500 });
});

test("whatever the line, it is read or refused in one line that says where help is", () => {
  const odd = fc.constantFrom("--", "-", "", " ", "--json", "--json=", "--lr", "--model", "--=", "-h", "\n", "\0", "--model=x\ny"); // biome-ignore format: one line
  const arg = fc.oneof(odd, fc.constantFrom(...NAMES), fc.string(), fc.string({ unit: "binary" }));
  const property = fc.property(fc.array(arg, { maxLength: 5 }), (args) => {
    const said = refusal(args);
    if (said !== "none") assert.match(said, / See mnist (\w+ )?--help\.$/, JSON.stringify(args));
  });
  fc.assert(property, { numRuns: 500 });
});

test.run();
