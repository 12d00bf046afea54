// Hosts that grant less memory than 32-bit pointers reach: each limit in a separate process.

import { spawnSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("memory limits");

const GIB = 2 ** 30;

interface Outcome {
  asked: string[];
  info: { maximumBytes: number; isMemoryShared: boolean; unsharedBecause: string | null } | null;
  error: string | null;
  result: number[];
}

/** What a host does that grants shared and plain memories up to this many GiB. */
function onHost(sharedGib: number, plainGib: number, more = ""): Outcome {
  const script = `
    const { Memory } = WebAssembly;
    const asked = [];
    WebAssembly.Memory = function (options) {
      const gib = options.maximum / 16384;
      asked.push((options.shared ? "shared " : "plain ") + gib);
      if (gib > (options.shared ? ${sharedGib} : ${plainGib})) throw new RangeError("could not allocate memory");
      return new Memory(options);
    };
    ${more}
    const { relu, runtimeInfo, tensor, zeros } = await import("./lib/index.ts");
    const outcome = { asked, info: null, error: null, result: [] };
    try {
      outcome.result = [...relu(tensor([-1, 2])).data];
      outcome.info = runtimeInfo();
      zeros([outcome.info.maximumBytes / 4]);
    } catch (error) {
      outcome.error = error.name + " " + error.message;
    }
    console.log(JSON.stringify(outcome));
  `;
  const args = ["--import", "tsx", "--input-type=module", "--eval", script];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  return JSON.parse(stdout || JSON.stringify({ error: stderr }));
}

test("4 GiB of shared memory are asked for first, then 1, then 0.25, and runtimeInfo says which", () => {
  const wanted: [granted: number, asked: string[]][] = [
    [4, ["shared 4"]],
    [2, ["shared 4", "shared 1"]],
    [0.5, ["shared 4", "shared 1", "shared 0.25"]],
  ];
  for (const [granted, asked] of wanted) {
    const { info, ...outcome } = onHost(granted, 4);
    assert.equal(outcome.asked, asked);
    assert.equal(outcome.result, [0, 2]);
    assert.is(info?.maximumBytes, Number(asked.at(-1)?.split(" ")[1]) * GIB);
    assert.is(info?.isMemoryShared, true);
    assert.is(info?.unsharedBecause, null);
  }
});

test("then plain memory, with the reason", () => {
  const { asked, info, result } = onHost(0, 1);
  assert.equal(asked, ["shared 4", "shared 1", "shared 0.25", "plain 4", "plain 1"]);
  assert.equal(result, [0, 2]);
  assert.is(info?.maximumBytes, GIB);
  assert.is(info?.isMemoryShared, false);
  assert.match(
    info?.unsharedBecause ?? "",
    /^the host refuses a shared memory of even 0\.25 GiB \(could not allocate memory\)$/,
  );
});

test("a page that is not isolated asks for plain memory at once", () => {
  const { asked, info } = onHost(4, 4, "globalThis.crossOriginIsolated = false;");
  assert.equal(asked, ["plain 4"]);
  assert.match(info?.unsharedBecause ?? "", /not cross-origin isolated/);
});

test("a host that grants none is an error of one line", () => {
  assert.match(
    onHost(0, 0).error ?? "",
    /^RuntimeError loadKernels: the host refuses a memory of even 0\.25 GiB \(could not allocate memory\)\. Close/,
  );
});

test("what does not fit is refused with the limit of this host", () => {
  assert.match(onHost(0.25, 0).error ?? "", /^RuntimeError allocate: out of memory; .* of at most 0\.25 GiB\. Use a/);
});

test.run();
