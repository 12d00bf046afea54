// Where the sample of MNIST is: in data/mnist-sample of a checkout. The npm package has none.

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder; null where this code is in no checkout: installed from npm, or bundled into another program. */
export function sampleFolder(): string | null {
  if (!import.meta.url?.startsWith("file:")) return null;
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) {
      const sample = join(folder, "data", "mnist-sample");
      return existsSync(sample) ? sample : null;
    }
    if (folder === dirname(folder)) return null;
  }
}
