// Debian's Python, for what other programs must say about our files.

import { spawnSync } from "node:child_process";

/** The system's own, whatever stands first in PATH. */
const RUN = 'exec "$(command -p -v python3)" "$@"';

/**
 * What the script prints, as JSON.
 *
 * @param script from the project's root
 * @throws it does not run, or fails; nothing is skipped
 */
export function runPython(script: string, ...args: string[]): unknown {
  const { status, stdout, stderr, error } = spawnSync("sh", ["-c", RUN, "python3", script, ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status !== 0) {
    throw new Error(
      `${script} failed: ${error?.message ?? stderr}\nIt needs: apt-get install -y python3-onnx python3-torch`,
    );
  }
  return JSON.parse(stdout);
}
