// useKernels() holds for a process, so each kind of host and source is tried in one of its own.

import { spawnSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("useKernels");

const NO_ISOLATION = "globalThis.crossOriginIsolated = false;";
const UNSHARED = "the page is not cross-origin isolated (COOP and COEP headers)";

/** What the program prints, in a process that has the library and the bytes of the kernels. */
function run(program: string): string {
  const script = `
    import { readFileSync } from "node:fs";
    import { relu, runtimeInfo, supportsVariant, tensor, useKernels } from "./lib/index.ts";
    import { loadKernels } from "./lib/runtime/kernels.ts";
    const bytes = readFileSync("build/kernels.simd.wasm");
    /** The name and message of what the function throws. */
    const thrown = (f) => { try { f(); return "nothing"; } catch (error) { return error.name + " " + error.message; } };
    ${program}
  `;
  const args = ["--import", "tsx", "--input-type=module", "--eval", script];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  return stdout.trim() || stderr;
}

/** The kernels compiled, on a host that compiles nothing after that. */
const COMPILED = `
  const module = new WebAssembly.Module(bytes);
  WebAssembly.Module = Object.assign(() => { throw new Error("forbidden"); }, WebAssembly.Module, {
    customSections: WebAssembly.Module.customSections,
  });
`;

/** Marks the import of memory as plain. */
const DECLARED_PLAIN = `
  const at = bytes.indexOf(Buffer.from([3, ...Buffer.from("env"), 6, ...Buffer.from("memory"), 2]));
  bytes[at + 12] = 1;
`;

const USED = `
  const { data } = relu(tensor([-1, 2]));
  const { variant, arithmetic, isMemoryShared, unsharedBecause } = runtimeInfo();
  console.log([...data].join(), variant, arithmetic, isMemoryShared, unsharedBecause);
`;

test("a module compiled elsewhere is used, and nothing is compiled here", () => {
  const program = `${COMPILED} useKernels(module); ${USED} console.log(loadKernels().module === module);`;
  assert.is(run(program), "0,2 simd simd true null\ntrue");
});

test("bytes are used: an ArrayBuffer, a typed array, a part of one, and left as they were", () => {
  const forms = {
    "an ArrayBuffer": "Uint8Array.from(bytes).buffer",
    "a typed array": "Uint8Array.from(bytes)",
    "a view of a part": "new DataView(Uint8Array.of(1, 2, 3, ...bytes, 4).buffer, 3, bytes.length)",
    "shared bytes":
      "(() => { const all = new Uint8Array(new SharedArrayBuffer(bytes.length)); all.set(bytes); return all; })()",
  };
  for (const [name, form] of Object.entries(forms)) {
    assert.is(run(`useKernels(${form}); ${USED}`), "0,2 simd simd true null", name);
  }
  const unchanged = `${NO_ISOLATION} const before = Buffer.from(bytes); useKernels(bytes); console.log(bytes.equals(before));`;
  assert.is(run(unchanged), "true");
});

test("bytes and modules of another realm are known by what they are", () => {
  const program = `
    import vm from "node:vm";
    const foreign = vm.runInNewContext("new ArrayBuffer(size)", { size: bytes.length });
    new Uint8Array(foreign).set(bytes);
    useKernels(foreign);
    ${USED}
  `;
  assert.is(run(program), "0,2 simd simd true null");
});

test("the relaxed kernels are known as such, where the host has them", () => {
  const program = `
    const relaxed = readFileSync("build/kernels.relaxed.wasm");
    if (supportsVariant("relaxed")) useKernels(relaxed);
    console.log(supportsVariant("relaxed") ? runtimeInfo().variant : thrown(() => useKernels(relaxed)));
  `;
  assert.match(
    run(program),
    /^relaxed$|^RuntimeError loadKernels: this host does not compile the kernels: .*no relaxed SIMD.*the simd ones\.$/,
  );
});

test("on a host without isolation both work on one thread, and bytes ask for no shared memory at all", () => {
  for (const [given, asked] of [
    ["bytes", "false"],
    ["new WebAssembly.Module(bytes)", "false,true"],
  ]) {
    const program = `
      ${NO_ISOLATION}
      const asked = [];
      const { Memory } = WebAssembly;
      WebAssembly.Memory = function (options) { asked.push(options.shared); return new Memory(options); };
      useKernels(${given});
      ${USED}
      console.log(asked.join());
    `;
    assert.is(run(program), `0,2 simd simd false ${UNSHARED}\n${asked}`);
  }
});

test("a module that declares plain memory works too, on one thread", () => {
  const program = `${DECLARED_PLAIN} useKernels(new WebAssembly.Module(bytes)); ${USED}`;
  assert.is(run(program), "0,2 simd simd false the module given to useKernels declares plain memory");
});

test("a second call comes too late, as does one after the first tensor", () => {
  const late =
    "RuntimeError useKernels: the kernels are loaded already; call it before the first tensor is made, and once.";
  assert.is(run("useKernels(bytes); console.log(thrown(() => useKernels(bytes)));"), late);
  assert.is(run("tensor([1]); console.log(thrown(() => useKernels(bytes)));"), late);
});

test("what holds no kernels is refused with what it is, and the right ones may follow", () => {
  const refused: [string, RegExp][] = [
    [
      'Buffer.from("<!DOCTYPE html><title>404</title>")',
      /RuntimeError .*33 bytes are no WebAssembly.*"<!DOCTYPE html>/,
    ],
    ["new ArrayBuffer(0)", /RuntimeError .*0 bytes are no WebAssembly/],
    [
      "Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)",
      /RuntimeError .*holds none of simdgrad's kernels.*simdgrad\/kernels/,
    ],
    [
      "(bytes[bytes.length - 1] = bytes.at(-1) === 48 ? 49 : 48, bytes)", // a digest ends there, in a digit or a letter
      /RuntimeError .*another build of simdgrad \([0-9a-f]{16}, .*empty caches/,
    ],
    ["bytes.subarray(0, 5000)", /RuntimeError loadKernels: this host does not compile the kernels/],
    ['"kernels.simd.wasm"', /OptionError .*got kernels\.simd\.wasm\. Give the file's content/],
    ["new Response(bytes)", /OptionError .*got Response\. Give await response\.arrayBuffer\(\)/],
    ["Promise.resolve(bytes)", /OptionError .*got Promise\. Await it first/],
    ["instantiated", /OptionError .*got Object\. .*give \.module/],
    ["undefined", /OptionError .*got undefined\./],
    ["null", /OptionError .*got null\./],
    ["7", /OptionError .*got 7\./],
  ];
  const program = `
    const whole = Buffer.from(bytes);
    const instantiated = await WebAssembly.instantiate(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
    const sources = [${refused.map(([source]) => `() => ${source}`)}];
    for (const source of sources) { console.log(thrown(() => useKernels(source()))); bytes.set(whole); }
    useKernels(bytes);
    ${USED}
  `;
  const lines = run(program).split("\n");
  assert.is(lines.length, refused.length + 1, lines.join("\n"));
  for (const [i, [source, message]] of refused.entries()) assert.match(lines[i], message, source);
  assert.is(lines.at(-1), "0,2 simd simd true null");
});

test("where a policy forbids compiling, the error says what to do", () => {
  const program = `
    WebAssembly.Module = function () { throw new WebAssembly.CompileError("violates the policy"); };
    console.log(thrown(() => tensor([1])));
  `;
  assert.match(run(program), /^RuntimeError loadKernels: .*violates the policy.*(wasm-unsafe-eval|simd ones)/);
});

test.run();
