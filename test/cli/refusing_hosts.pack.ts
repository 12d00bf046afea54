// Hosts that refuse what the library runs on: no WebAssembly, few addresses, no shared memory, a policy against compiling.
// Loading kernels, making memory and starting workers end in one typed error that says what to do, and commands in a line.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bundled, type Outcome, runNode, withLibrary } from "../support/bundled_program.ts";
import { digitPng } from "../support/digit_png.ts";
import { temporaryFolder } from "../support/run_cli.ts";

const test = suite("refusing hosts");

const folder = temporaryFolder();
writeFileSync(join(folder, "digit.png"), digitPng(1));
/** Enough for Node, and for nothing that V8 guards with 10 GiB of addresses. */
const FEW_ADDRESSES = "ulimit -v 3000000";
/** Enough for one memory as well, and not for the heaps of eight threads. */
const ADDRESSES_OF_ONE = "ulimit -v 12500000";
const isLinux = process.platform === "linux";
/** Node 24 does without guards where they find no room. */
const hasTooFew =
  isLinux &&
  runNode(folder, ["--eval", "new WebAssembly.Memory({ initial: 1, maximum: 4096 })"], FEW_ADDRESSES).code !== 0;

/** Everything that loads kernels, in turn: what each gives or throws. */
const USES = `
  const uses = {
    tensor: () => library.tensor([1]),
    setThreads: () => library.setThreads(2),
    runtimeInfo: () => library.runtimeInfo(),
    useKernels: () => library.useKernels(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)),
    again: () => library.zeros([3]),
  };
  for (const [name, use] of Object.entries(uses)) {
    try { await use(); console.log(name, "works"); }
    catch (error) { console.log(name, error instanceof library.RuntimeError, error.message); }
  }
`;

function expectRefusals(outcome: Outcome, message: RegExp): void {
  const lines = outcome.stdout.trim().split("\n");
  assert.is(lines.length, 5, outcome.stdout + outcome.stderr);
  for (const line of lines) assert.match(line, new RegExp(`^\\w+ true loadKernels: ${message.source}`));
  assert.is(outcome.code, 0);
}

const NO_SIMD = /this host has no WebAssembly SIMD; use Node ≥ 20, without --jitless, or a browser since 2021\.$/;
const NO_MEMORY =
  /the host refuses a memory of even 0\.25 GiB \(.*\)\. .*raise that, or start Node with --disable-wasm-trap-handler\.$/;

test("without WebAssembly, whether V8 has no compiler or somebody took it away, the error says what host has it", () => {
  expectRefusals(runNode(folder, ["--jitless", ...withLibrary(USES)]), NO_SIMD);
  expectRefusals(runNode(folder, withLibrary(`delete globalThis.WebAssembly; ${USES}`)), NO_SIMD);
  expectRefusals(runNode(folder, withLibrary(`WebAssembly.validate = () => false; ${USES}`)), NO_SIMD);
});

test("with few addresses, the error names the limit, and the flag with which it does", () => {
  if (!hasTooFew) return;
  expectRefusals(runNode(folder, withLibrary(USES), FEW_ADDRESSES), NO_MEMORY);
  const code = "console.log([...library.relu(library.tensor([-1, 2])).data].join());";
  const { stdout, stderr } = runNode(folder, withLibrary(code), "ulimit -v 6000000");
  assert.match(stderr, /disable-wasm-trap-handler/);
  assert.is(stdout, "");
  if (!process.allowedNodeEnvironmentFlags.has("--disable-wasm-trap-handler")) return;
  const args = ["--disable-wasm-trap-handler", ...withLibrary(code)];
  assert.is(runNode(folder, args, "ulimit -v 6000000").stdout, "0,2\n");
});

test("where addresses are left for one thread alone, V8 is not made to abort: one computes, and says why", () => {
  if (!isLinux) return;
  const code = `
    console.log(await library.setThreads(8), library.runtimeInfo().singleThreadBecause);
    console.log([...library.relu(library.tensor([-1, 2])).data].join());
  `;
  const { code: status, stdout, stderr } = runNode(folder, withLibrary(code), ADDRESSES_OF_ONE);
  assert.match(stdout, /^1 too few addresses are left; raise the limit \(ulimit -v\)\n0,2\n$/);
  assert.is(status, 0, stderr);
});

test("without shared memory one thread computes, and says why", () => {
  const code = `
    delete globalThis.SharedArrayBuffer;
    console.log(await library.setThreads(2), library.runtimeInfo().singleThreadBecause);
    console.log([...library.relu(library.tensor([-1, 2])).data].join());
  `;
  assert.is(runNode(folder, withLibrary(code)).stdout, "1 the host has no SharedArrayBuffer\n0,2\n");
});

test("under a policy against compiling, as a page's without wasm-unsafe-eval, the error names the policy and the way around it", () => {
  const code = `
    import { SourceTextModule, createContext } from "node:vm";
    import { readFileSync } from "node:fs";
    import { dirname, join } from "node:path";
    const globals = { console, performance, TextEncoder, TextDecoder, crossOriginIsolated: false };
    const context = createContext(globals, { codeGeneration: { strings: false, wasm: false } });
    const modules = new Map();
    const load = (path) => {
      if (!modules.has(path)) modules.set(path, new SourceTextModule(readFileSync(path, "utf8"), { context, identifier: path }));
      return modules.get(path);
    };
    const library = load(${JSON.stringify(bundled("library.js"))});
    const program = new SourceTextModule('import * as library from "library";' + ${JSON.stringify(USES)}, { context });
    await program.link((name, { identifier }) => (name === "library" ? library : load(join(dirname(identifier), name))));
    await program.evaluate();
  `;
  const args = ["--experimental-vm-modules", "--no-warnings", "--input-type=module", "--eval", code];
  expectRefusals(
    runNode(folder, args),
    /this host does not compile the kernels: .*disallowed by embedder.*'wasm-unsafe-eval'; .* give useKernels\(\) a module/,
  );
});

const COMMANDS: readonly string[][] = [
  ["infer", "digit.png"],
  ["evaluate", "--data", "synthetic"],
  ["train", "--data", "synthetic", "--limit", "320", "--epochs", "1"],
  ["export", "--format", "onnx", "--out", "x.onnx"],
  ["compare", "--data", "synthetic"],
];

test("every command that computes ends in one line and code 1", () => {
  const hosts: [string[], string | undefined, RegExp, number][] = [
    [["--jitless"], undefined, NO_SIMD, COMMANDS.length],
  ];
  if (hasTooFew) hosts.push([[], FEW_ADDRESSES, NO_MEMORY, 2]);
  for (const [flags, limit, message, commands] of hosts) {
    for (const command of COMMANDS.slice(0, commands)) {
      const { code, stdout, stderr } = runNode(folder, [...flags, bundled("cli.js"), ...command], limit);
      const name = `${command.join(" ")}: ${stdout}${stderr}`;
      assert.is(code, 1, name);
      // V8 says of --jitless that it has switched something off.
      const said = stderr.replace(/^Warning: disabling flag.*\n/, "").trim();
      const last = said.split("\n").at(-1) ?? "";
      assert.match(last, new RegExp(`^error: ${message.source}`), name);
      assert.is(stdout, "", name);
    }
  }
});

test("commands that compute nothing work, and doctor says what is missing", () => {
  for (const command of ["--version", "help", "runs", "versions"]) {
    assert.is(runNode(folder, ["--jitless", bundled("cli.js"), command]).code, 0, command);
  }
  const { code, stdout } = runNode(folder, ["--jitless", bundled("cli.js"), "doctor"]);
  assert.is(code, 1);
  assert.match(stdout, /^fail {2}kernels +do not load: this host has no WebAssembly SIMD/m);
});

test.run();
