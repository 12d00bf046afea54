// The checks that tools make: format and lint, types, dead code.

import { spawnSync } from "node:child_process";
import { suite } from "uvu";

const test = suite("checks");

function check(title: string, tool: string, ...args: string[]): void {
  test(title, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [`node_modules/${tool}`, ...args], {
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`${tool} ${args.join(" ")}: exit code ${status}\n${stdout}${stderr}`);
  });
}

check("Biome has nothing to say about format and lint", "@biomejs/biome/bin/biome", "check", ".");
check("the sources are well typed", "typescript/bin/tsc");
check("the kernels are well typed", "typescript/bin/tsc", "-p", "kernels");
check("nothing is unused: no file, export or package", "knip/bin/knip.js");

test.run();
