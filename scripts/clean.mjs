// Removes everything that the build, the coverage report and `npm pack` made. Data and runs stay.
import { readdirSync, rmSync } from "node:fs";

const packages = readdirSync(".").filter((file) => /^simdgrad-.*\.tgz$/.test(file));
for (const path of ["build", "dist", "coverage", ...packages]) rmSync(path, { recursive: true, force: true });
