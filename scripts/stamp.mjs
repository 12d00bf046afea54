// Knows whether a product of the build is current: build/.stamp holds a hash of the content of what each
// was made from. Times of files would lie after a checkout.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";

const STAMP = "build/.stamp";

/** What each product is made from, and a file that must be there when it was made. */
const PRODUCTS = {
  kernels: {
    inputs: [
      "kernels",
      "asconfig.json",
      "scripts/build_kernels.mjs",
      "scripts/inline_shared.mjs",
      "scripts/describe_kernels.mjs",
      "scripts/weave.mjs",
      "package-lock.json",
    ],
    output: "build/kernels.d.ts",
  },
  export: {
    inputs: [
      "models/export/page",
      "models/export/runtime",
      "models/choose_reading.ts",
      "models/likeness_distance.ts",
      "lib",
      "data",
      "scripts/build_export.mjs",
      "scripts/third_party.mjs",
      "LICENSE",
      "package-lock.json",
    ],
    output: "build/export.d.ts",
  },
  picture_worker: {
    inputs: ["serve/pictures", "serve/http", "lib", "data", "scripts/build_picture_worker.mjs", "package-lock.json"],
    output: "build/picture_worker.d.ts",
  },
  docs: {
    inputs: [
      "serve/openapi",
      "serve/schemas",
      "serve/http",
      "models",
      "scripts/build_docs.mjs",
      "package.json",
      "package-lock.json",
    ],
    output: "dist/docs/openapi.json",
  },
  dist: {
    inputs: [
      "lib",
      "models",
      "data",
      "store",
      "serve",
      "cli",
      "kernels",
      "scripts",
      "asconfig.json",
      "tsconfig.json",
      "LICENSE",
      "package.json",
      "package-lock.json",
    ],
    output: "dist/cli.js",
  },
  web: {
    inputs: [
      "web",
      "models",
      "data",
      "lib",
      "kernels",
      "scripts/build_kernels.mjs",
      "scripts/build_web.mjs",
      "scripts/without_kernels.mjs",
      "scripts/third_party.mjs",
      "package-lock.json",
    ],
    output: "dist/web/index.html",
  },
};

/** @param {keyof typeof PRODUCTS} product */
export function isCurrent(product) {
  return existsSync(PRODUCTS[product].output) && readStamp()[product] === hashOf(product);
}

/** Records that the product was just made. */
export function markCurrent(product) {
  mkdirSync("build", { recursive: true });
  writeFileSync(STAMP, `${JSON.stringify({ ...readStamp(), [product]: hashOf(product) })}\n`);
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(STAMP, "utf8"));
  } catch {
    return {}; // none yet, or damaged: everything is stale
  }
}

function hashOf(product) {
  const hash = createHash("sha256");
  for (const file of PRODUCTS[product].inputs.flatMap(filesUnder).sort()) {
    const content = readFileSync(file);
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/** The sources in a folder, however deep; downloaded data are none. A file is itself. */
function filesUnder(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .map((file) => `${path}/${file.replaceAll("\\", "/")}`)
    .filter((file) => /\.(tsx?|js|mjs|json|html|css|svg|png|safetensors|webmanifest)$|_headers$/.test(file));
}
