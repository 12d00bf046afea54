// The servers under test, started as their users start them.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { HttpConnection, type Outcome } from "./connection.ts";
import { processTree } from "./process_tree.ts";

export interface Server {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  /** From the start of the process to the first prediction that it gave. */
  readonly firstAnswerMs: number;
  readonly child: ChildProcess;
  /** All its processes. */
  pids(): number[];
  stop(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const REFERENCE = fileURLToPath(new URL("reference.py", import.meta.url));
/** Debian's, whose modules another python3 of the machine would not see. */
const PYTHON = "/usr/bin/python3";
const STARTS_WITHIN_MS = 60_000;
const STOPS_WITHIN_MS = 15_000;

/** @param firstRequest what the server must answer with 200 before it counts as started */
export function startOurs(firstRequest: Uint8Array, flags: readonly string[] = []): Promise<Server> {
  const command = (port: number): string[] => [process.execPath, PROGRAM, "serve", "--port", String(port), ...flags];
  return start("simdgrad", command, firstRequest);
}

/** @param kind "optimized": the network through torch.jit.optimize_for_inference as well */
export function startReference(firstRequest: Uint8Array, kind: "plain" | "optimized" = "plain"): Promise<Server> {
  const flags = kind === "optimized" ? ["--optimize"] : [];
  const command = (port: number): string[] => [PYTHON, REFERENCE, "--port", String(port), ...flags];
  return start(kind === "plain" ? "FastAPI" : "FastAPI, optimized", command, firstRequest);
}

async function start(name: string, command: (port: number) => string[], firstRequest: Uint8Array): Promise<Server> {
  const port = await freePort();
  const [program, ...args] = command(port);
  const began = performance.now();
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints = (complaints + text).slice(-2000);
  });
  const pid = child.pid as number;
  for (;;) {
    const outcome = await ask(port, firstRequest);
    if (outcome.kind === "answered" && outcome.status === 200) break;
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}: ${complaints}`);
    if (performance.now() - began > STARTS_WITHIN_MS) {
      child.kill("SIGKILL");
      throw new Error(`${name} gave no answer within ${STARTS_WITHIN_MS / 1000} s: ${JSON.stringify(outcome)}`);
    }
    await sleep(1);
  }
  const firstAnswerMs = performance.now() - began;
  return {
    ...{ name, port, pid, firstAnswerMs, child },
    pids: () => processTree(pid),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      if ((await Promise.race([ended, sleep(STOPS_WITHIN_MS, null, { ref: false })])) === null) child.kill("SIGKILL");
      await ended;
    },
  };
}

/** On a connection of its own. */
export async function ask(port: number, request: Uint8Array): Promise<Outcome> {
  const connection = new HttpConnection(port);
  const outcome = await new Promise<Outcome>((resolve) => connection.send(request, resolve));
  connection.close();
  return outcome;
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
