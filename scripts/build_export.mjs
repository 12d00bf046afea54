// Makes build/export.js: what `mnist export` writes files from, as text, so that it needs no compiler.
//
//   RUNTIME   the code of an exported module
//   JUDGING   what it has beside that, where its checkpoint says what digits look like
//   PAGE, PAGE_STYLE, PAGE_SCRIPT   an exported page
//   LICENSE   which both carry along
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { markCurrent } from "./stamp.mjs";
import { bundledPackages } from "./third_party.mjs";

const texts = {
  RUNTIME: await bundle("models/export/runtime/predict.ts", { format: "esm" }),
  JUDGING: await bundle("models/export/runtime/judge.ts", { format: "iife", globalName: "JUDGING" }),
  PAGE: readFileSync("models/export/page/page.html", "utf8"),
  PAGE_STYLE: readFileSync("models/export/page/page.css", "utf8"),
  PAGE_SCRIPT: `// Drawing and preprocessing, minified; the sources are in simdgrad's models/export/page.\n${await bundle(
    "models/export/page/page.ts",
    { format: "iife", minify: true },
  )}`,
  LICENSE: readFileSync("LICENSE", "utf8"),
};
mkdirSync("build", { recursive: true });
const names = Object.keys(texts);
writeFileSync(
  "build/export.js",
  names.map((name) => `export const ${name} = ${JSON.stringify(texts[name])};\n`).join(""),
);
writeFileSync("build/export.d.ts", names.map((name) => `export declare const ${name}: string;\n`).join(""));
markCurrent("export");

/**
 * Of simdgrad's code alone: what is exported carries no other licence. The network's code is for people to read, and not
 * minified; what the page adds, three times as much, is sent along with every page.
 */
async function bundle(entry, options) {
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    ...options,
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
    metafile: true,
  });
  const packages = bundledPackages([metafile]);
  if (packages.length > 0) throw new Error(`build: ${entry} holds ${packages.join(", ")}; an exported file must not.`);
  return outputFiles[0].text;
}
