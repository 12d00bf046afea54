// Makes build/picture_worker.js: the script of the thread that decodes pictures, as text, so that no bundler has to know of a
// second file.
//
// build/picture_worker.json says what came from where, for the licences of what is in it.
import { mkdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { markCurrent } from "./stamp.mjs";

const { outputFiles, metafile } = await build({
  entryPoints: ["serve/pictures/picture_worker.ts"],
  bundle: true,
  write: false,
  outfile: "picture_worker.js",
  format: "cjs", // what a worker that starts from a text takes
  platform: "node",
  target: ["es2022", "node20"],
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: "none",
  // Where the sample of MNIST lies is asked of a file, and a text is none; no picture needs it.
  logOverride: { "empty-import-meta": "silent" },
  logLevel: "warning",
  metafile: true,
});
mkdirSync("build", { recursive: true });
writeFileSync("build/picture_worker.js", `export const PICTURE_WORKER = ${JSON.stringify(outputFiles[0].text)};\n`);
writeFileSync("build/picture_worker.d.ts", "export declare const PICTURE_WORKER: string;\n");
writeFileSync("build/picture_worker.json", JSON.stringify(metafile));
markCurrent("picture_worker");
