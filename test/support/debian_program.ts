// Debian's programs, which tests run ours beside. One that is missing fails the test with one line; nothing is skipped.

import { spawn, spawnSync } from "node:child_process";
import { text } from "node:stream/consumers";

/** @throws no such program: says which package has it */
export function requireProgram(program: string, packageName: string): void {
  const { error } = spawnSync(program, ["--version"], { stdio: "ignore" });
  if (error) throw new Error(`${program} is missing: apt-get install -y ${packageName}`);
}

/** Runs it while this process goes on. @returns what it printed @throws it failed: with what it printed */
export async function runProgram(program: string, args: readonly string[], input = ""): Promise<string> {
  const child = spawn(program, args, { stdio: "pipe" });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  child.stdin.end(input);
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  if (code !== 0) throw new Error(`${program} ${args.join(" ")}: exit code ${code}\n${stdout}${stderr}`);
  return stdout + stderr;
}
