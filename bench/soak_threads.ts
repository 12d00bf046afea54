// npm run soak:threads: threads and memory under attack, see bench/chaos/. Each kind of attack runs in a process of its own,
// which is ended where it says nothing for a minute: that is a hang.

import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Attack, randomOf } from "./chaos/chaos.ts";
import { stopTraining, type TrainingProcess } from "./chaos/stops.ts";
import { oneOf, parse, readOptions, wholeNumber } from "./options.ts";
import { complain, print } from "./print.ts";

const HANG_MS = 60_000;
const KINDS = {
  lost: "workers ended in mid-kernel, or late",
  storms: "storms of setThreads while computing",
  memory: "n-th allocation of a step fails, for every n",
  stops: "SIGSTOP and SIGCONT at random moments",
} as const;
type Kind = keyof typeof KINDS;

const USAGE = `npm run soak:threads -- [options]: threads and memory under attack; each must end in the right bits or a typed error

  --times N      how often each attack is made; default 200
  --seed N       of moments, threads and places; default: another each time, and printed
  --only KIND    ${Object.keys(KINDS).join(", ")}; default: one after another
  --threads N    of the training that is stopped; default 16
  --long-stop N  seconds of one stop more, longer than any clock would wait; default 0, none`;

const options = readOptions("soak:threads", USAGE, (args) => {
  const text = (byDefault: string) => ({ type: "string", default: byDefault }) as const;
  const values = parse(args, {
    times: text("200"),
    seed: text(String(1 + (Date.now() % 999_999))),
    only: { type: "string" },
    threads: text("16"),
    "long-stop": { type: "string" },
  });
  const kinds = Object.keys(KINDS) as Kind[];
  return {
    times: wholeNumber("times", values.times),
    seed: wholeNumber("seed", values.seed),
    only: values.only === undefined ? kinds : [oneOf("only", kinds, values.only)],
    threads: wholeNumber("threads", values.threads),
    longStopMs: values["long-stop"] === undefined ? 0 : 1000 * wholeNumber("long-stop", values["long-stop"]),
  };
});

interface Summary {
  kind: Kind;
  attacks: Attack[];
  hang: string | null;
  seconds: number;
}

const summaries: Summary[] = [];
for (const kind of options.only) {
  const started = performance.now();
  const attacks: Attack[] = [];
  const hang = await (kind === "stops" ? stops(attacks) : attacksOf(kind, attacks));
  summaries.push({ kind, attacks, hang, seconds: (performance.now() - started) / 1000 });
}
process.exitCode = report(summaries) ? 0 : 1;

/** @returns what it hung on, or how it broke; null where it came to its end */
async function attacksOf(kind: Kind, attacks: Attack[]): Promise<string | null> {
  const child = start([kind, options.times, options.seed]);
  const ended = endOf(child);
  const dog = watchdog(child, () => `after ${attacks.at(-1)?.what ?? "the start"}`);
  for await (const line of createInterface({ input: child.stdout as NonNullable<ChildProcess["stdout"]> })) {
    attacks.push(JSON.parse(line));
    dog.isFed();
  }
  const code = await ended;
  return dog.rest() ?? (code === "0" ? null : `ended with ${code}`);
}

async function stops(attacks: Attack[]): Promise<string | null> {
  if (process.platform === "win32") return null; // which has no SIGSTOP
  const child = start(["train", options.threads]);
  let said: string[] = [];
  let right: string | null = null;
  let end: string | null = null;
  const dog = watchdog(child, () => `after ${attacks.at(-1)?.what ?? "the start"}`, HANG_MS + options.longStopMs);
  createInterface({ input: child.stdout as NonNullable<ChildProcess["stdout"]> }).on("line", (line) => {
    const { right: first, digest } = JSON.parse(line);
    right ??= first;
    if (digest) said.push(digest);
    dog.isFed();
  });
  const closed = endOf(child).then((code) => {
    end = `the process ended with ${code}`;
  });
  const training: TrainingProcess = {
    child,
    taken() {
      const digests = said;
      said = [];
      return { right, digests };
    },
    ended: () => end,
  };
  const times = options.times + (options.longStopMs > 0 ? 1 : 0);
  for await (const attack of stopTraining(training, options.longStopMs)(times, randomOf(options.seed)))
    attacks.push(attack);
  await closed;
  return dog.rest();
}

function start(args: readonly (string | number)[]): ChildProcess {
  const program = fileURLToPath(new URL("chaos/main.ts", import.meta.url));
  return spawn(process.execPath, ["--import", "tsx", program, ...args.map(String)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => child.on("close", (code, signal) => resolve(String(code ?? signal))));
}

/** Ends a process that says nothing for so long. */
function watchdog(child: ChildProcess, where: () => string, ms = HANG_MS): { isFed(): void; rest(): string | null } {
  let hang: string | null = null;
  const timer = setTimeout(() => {
    hang = `hung ${where()}`;
    child.kill("SIGKILL");
  }, ms);
  return {
    isFed: () => void timer.refresh(),
    rest() {
      clearTimeout(timer);
      return hang;
    },
  };
}

/** @returns whether nothing was found */
function report(all: readonly Summary[]): boolean {
  print("attack                                        times  right  typed error  faults  hangs  seconds");
  for (const { kind, attacks, hang, seconds } of all) {
    const count = (verdict: Attack["verdict"]): number => attacks.filter((attack) => attack.verdict === verdict).length;
    const numbers = [attacks.length, count("right"), count("typed error"), count("fault"), hang === null ? 0 : 1];
    const columns = numbers.map((number, i) => String(number).padStart([5, 7, 13, 8, 7][i]));
    print(`${KINDS[kind].padEnd(45)} ${columns.join("")}${seconds.toFixed(0).padStart(9)}`);
  }
  print(`seed ${options.seed}`);
  const findings = all.flatMap(({ attacks, hang }) => [
    ...attacks.filter(({ verdict }) => verdict === "fault").map(({ what, why }) => `${what}: ${why}`),
    ...(hang === null ? [] : [hang]),
  ]);
  for (const finding of findings) complain(`WRONG: ${finding}`);
  return findings.length === 0;
}
