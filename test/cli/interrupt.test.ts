import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { EXIT, InterruptedError } from "../../cli/terminal/exit_codes.ts";
import { catchInterrupts } from "../../cli/terminal/interrupt.ts";
import { programName } from "../../cli/terminal/shell_line.ts";

import { digitPng } from "../support/digit_png.ts";
import { runCli, temporaryFolder } from "../support/run_cli.ts";

const test = suite("interrupts");

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** What the program does at these signals, each at its time in ms after the first. */
function at(signals: readonly [ms: number, signal: (typeof SIGNALS)[number]][]): {
  aborted: boolean[];
  exits: unknown[];
  reason: unknown;
} {
  const { exit } = process;
  const { now } = performance;
  const exits: unknown[] = [];
  const aborted: boolean[] = [];
  let clock = 0;
  process.exit = ((code) => exits.push(code)) as typeof process.exit;
  performance.now = () => clock;
  try {
    const signal = catchInterrupts();
    for (const [ms, name] of signals) {
      clock = ms;
      process.emit(name);
      aborted.push(signal.aborted);
    }
    return { aborted, exits, reason: signal.reason };
  } finally {
    process.exit = exit;
    performance.now = now;
    for (const name of SIGNALS) process.removeAllListeners(name);
  }
}

test("SIGINT, SIGTERM and SIGHUP ask the work to stop", () => {
  for (const name of SIGNALS) {
    const { aborted, exits, reason } = at([[0, name]]);
    assert.equal([aborted, exits], [[true], []]);
    assert.ok(reason instanceof InterruptedError);
  }
});

test("a second within half a second is the same one; a later one ends the program at once", () => {
  assert.equal(at([[7, "SIGINT"], [7, "SIGINT"], [17, "SIGTERM"], [507, "SIGINT"]]).exits, []); // biome-ignore format: one line
  assert.equal(at([[7, "SIGINT"], [508, "SIGINT"]]).exits, [EXIT.interrupted]); // biome-ignore format: one line
});

/** Whatever uses it has an endless loop in it from then on, and says so first. */
const busy = (name: string) => {
  const code = `import process from "node:process"; import fs from "node:fs"; import { syncBuiltinESMExports } from "node:module";
    const spin = () => { fs.writeSync(2, "busy\\n"); for (;;); };
    ${name} = spin; syncBuiltinESMExports();`;
  return { imports: [`data:text/javascript,${encodeURIComponent(code)}`] };
};

if (process.platform !== "win32") {
  test("a command without something to keep ends at the first signal, even in an endless loop", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "0.png"), digitPng(0));
    for (const name of SIGNALS) {
      const begun = performance.now();
      let ended: string | null = null;
      const outcome = await runCli(folder, ["infer", "0.png"], {
        ...busy("process.hrtime.bigint"),
        onEnd: (signal) => {
          ended = signal;
        },
        onStderr: (text, kill) => text.endsWith("busy\n") && kill(name),
      });
      assert.equal([outcome.code, ended], [null, name], outcome.stderr);
      assert.ok(performance.now() - begun < 60_000);
    }
  });

  test("train ends at the second signal, even in an endless loop", async () => {
    const folder = temporaryFolder();
    const args = ["train", "--model", "linear", "--data", "synthetic", "--limit", "64", "--epochs", "1"];
    for (const name of SIGNALS) {
      let ended: string | null = null;
      const outcome = await runCli(folder, args, {
        ...busy("fs.renameSync"),
        onEnd: (signal) => {
          ended = signal;
        },
        onStderr: async (text, kill) => {
          if (!text.endsWith("busy\n")) return;
          // Each so long after the one before it was sent, however busy the machine is.
          for (const ms of [0, 100, 900]) {
            await sleep(ms);
            kill(name);
          }
        },
      });
      assert.equal([outcome.code, ended], [null, "SIGKILL"], outcome.stderr);
    }
  });
}

test("what is printed to be typed in again begins as the program was called", () => {
  assert.is(programName({ npm_command: "exec" }), "npx mnist");
  const packed = { npm_command: "exec", npm_config_package: "../my files/simdgrad-0.1.0.tgz" };
  assert.is(
    programName(packed),
    "npx -p '../my files/simdgrad-0.1.0.tgz' mnist",
    "or npx would fetch a stranger's mnist",
  );
  assert.is(programName({ npm_command: "exec", npm_config_package: "a\n\nb" }), "npx -p a -p b mnist");
  assert.equal([programName({}), programName({ npm_command: "run-script" })], ["mnist", "mnist"]);
});

test.run();
