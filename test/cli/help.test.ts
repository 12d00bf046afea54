// The pages of --help.

import { build, type Metafile } from "esbuild";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { commandHelp, programHelp } from "../../cli/command_line/help.ts";
import { COMMANDS } from "../../cli/commands.ts";

const test = suite("help");

const LOADED = await Promise.all(COMMANDS.map(async ({ name, load }) => ({ name, command: await load() })));

async function pages(width: number): Promise<Record<string, string>> {
  const entries = LOADED.map(async ({ name, command }) => [name, await commandHelp(name, command, width)] as const);
  return { mnist: await programHelp(COMMANDS, width), ...Object.fromEntries(await Promise.all(entries)) };
}

test("no line is wider than the terminal, from 60 columns on, and none wider than 100", async () => {
  for (const width of [60, 80, 132]) {
    for (const [name, page] of Object.entries(await pages(width))) {
      const wide = page.split("\n").filter((line) => [...line].length > Math.min(width, 100));
      assert.equal(wide, [], `${name} at ${width}`);
    }
  }
});

test("at 80 columns no summary and no example is broken", async () => {
  const shown = await pages(80);
  for (const { name, summary } of COMMANDS) assert.ok(shown.mnist.includes(`  mnist ${name.padEnd(8)}  ${summary}\n`), name); // biome-ignore format: one line
  for (const { name, command } of LOADED) {
    for (const [line, what] of command.examples) {
      const printed = shown[name].split("\n").find((text) => text.startsWith(`  ${line}  `)) ?? "";
      assert.ok(printed.trimEnd().endsWith(what), `${name}: ${line}`);
    }
  }
});

test("a command's page has each of its flags once, under its heading, and -h", async () => {
  const shown = await pages(80);
  for (const { name, command } of LOADED) {
    const sections = shown[name].split(/\n(?=\S.*:\n)/);
    for (const [flag, { group = "Flags", value }] of Object.entries(command.flags)) {
      const line = new RegExp(`^ +--${flag}${value === null ? "" : ` ${value}`}  `, "m");
      const holding = sections.filter((section) => line.test(section));
      assert.equal(
        holding.map((section) => section.split("\n")[0]),
        [`${group}:`],
        `${name} --${flag}`,
      );
    }
    assert.match(shown[name], /^ +-h, --help {2}/m);
    assert.not.match(shown[name], /\[boolean\]|\[default|undefined/);
  }
  const headings = shown.train.match(/^\w+:$/gm);
  assert.equal(headings, ["Network:", "Recipe:", "Augmentation:", "Run:", "Output:", "Examples:"]);
});

test("the page of a command without a checkpoint does not offer --version", async () => {
  assert.match(await commandHelp("infer", LOADED[1].command, 80), /--version VERSION/);
  for (const { name, command } of LOADED.filter(({ command }) => !("version" in command.flags))) {
    assert.not.match(await commandHelp(name, command, 80), /^ +(-v, )?--version /m, name);
  }
});

test("the program starts without the library and without yargs; what a command needs is loaded with it", async () => {
  const { metafile } = await build({
    ...{ entryPoints: ["cli/main.ts"], bundle: true, splitting: true, format: "esm", platform: "node", outdir: "x" },
    ...{ write: false, metafile: true, logLevel: "silent" },
  });
  const { outputs } = metafile as Metafile;
  const loaded = new Set<string>();
  const load = (path: string): void => {
    if (loaded.has(path)) return;
    loaded.add(path);
    for (const { path: next, kind } of outputs[path]?.imports ?? []) if (kind === "import-statement") load(next);
  };
  load(Object.keys(outputs).find((path) => outputs[path].entryPoint === "cli/main.ts") as string);
  const inputs = [...loaded].flatMap((path) => Object.keys(outputs[path]?.inputs ?? {}));
  assert.ok(inputs.includes("cli/commands.ts"), inputs.join("\n"));
  const others = inputs.filter((file) => !/^(cli|lib\/base)\/|^store\/package_root\.ts$/.test(file));
  assert.equal(others, []);
  assert.equal(
    inputs.filter((file) => /^cli\/(?!main|commands|command_line|terminal)/.test(file)),
    [],
  );
});

test("examples are lines that the program takes", async () => {
  const { readCommandLine, readRequest } = await import("../../cli/command_line/read_line.ts");
  const names = COMMANDS.map(({ name }) => name);
  for (const { command } of LOADED) {
    for (const [line] of command.examples) {
      const words = line.split(/ [|<>]/)[0].match(/'[^']*'|\S+/g) ?? [];
      const [program, ...args] = words.map((word) => word.replace(/^'(.*)'$/, "$1"));
      assert.is(program, "mnist");
      const request = readRequest(args, names);
      assert.ok(request.kind === "command", line);
      const asked = LOADED.find(({ name }) => name === request.command);
      assert.equal(readCommandLine(request.command, asked?.command as never, request.args).notes, [], line);
    }
  }
});

test.run();
