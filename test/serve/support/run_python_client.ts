// runPythonClient: a program in Debian's Python against a server in this process, which goes on answering meanwhile.

import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
/** The system's own, whatever stands first in PATH. */
const PYTHON = 'exec "$(command -p -v python3)" "$@"';

/**
 * What the script prints, as JSON.
 *
 * @param script from the project's root
 * @throws it does not run, or fails, with what it says; nothing is skipped
 */
export async function runPythonClient(script: string, ...args: string[]): Promise<unknown> {
  try {
    const { stdout } = await run("sh", ["-c", PYTHON, "python3", script, ...args], { timeout: 60_000 });
    return JSON.parse(stdout);
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new Error(`${script} failed: ${stderr || message}\nIt needs: apt-get install -y python3`);
  }
}
