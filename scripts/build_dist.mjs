// Makes dist/ of the sources and the built kernels:
//
//   index.js data.js models.js export.js plot.js node.js   the library's entries; what they share lies once in chunks/
//   slim/                        the same but for node.js, without kernels, for pages that load them with useKernels()
//   cli.js                       the program `mnist`; packages are bundled in, commands load on demand from cli/, where
//                                program.js is what all of them need, and reading.js what reads a picture
//   worker.js                    the script of a worker thread, for pages whose CSP forbids blob workers
//   types/                       declarations, file by file as in the sources
//   kernels.*.wasm               the raw kernels, for hosts that compile modules themselves
//   docs/                        the description of the API and its page, which scripts/build_docs.mjs has made before
//   web/                         the web app, which scripts/build_web.mjs makes
//   THIRD_PARTY_LICENSES.txt     the licences of what is bundled in
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { builtinModules } from "node:module";
import { resolve } from "node:path";
import process from "node:process";
import { build } from "esbuild";
import ts from "typescript";
import { directImports } from "./direct_imports.mjs";
import { lightBuiltins } from "./light_builtins.mjs";
import { mergeChunks } from "./merge_chunks.mjs";
import { markCurrent } from "./stamp.mjs";
import { thirdPartyLicenses } from "./third_party.mjs";
import { pureOperations, withoutKernels } from "./without_kernels.mjs";

const LIBRARY = {
  index: "lib/index.ts",
  data: "data/index.ts",
  models: "models/index.ts",
  export: "models/export/index.ts",
  plot: "lib/plot/index.ts",
  selftest: "lib/selftest/index.ts",
  node: "data/index.node.ts",
};
/** Starts in half the time with these in place of what they stand in for, and with less text to read. */
const PROGRAM_OPTIONS = {
  alias: { "string-width": "./scripts/plain_string_width.mjs", "wrap-ansi": "./scripts/plain_wrap.mjs" },
  plugins: [{ name: "plain-builtins", setup: replaceBuiltins }, lightBuiltins, directImports],
  minifyWhitespace: true,
  minifySyntax: true,
};

for (const entry of existsSync("dist") ? readdirSync("dist") : []) {
  if (entry !== "docs" && entry !== "web") rmSync(`dist/${entry}`, { recursive: true });
}
const { node, ...browserSafe } = LIBRARY;
const program = await bundle({ cli: "cli/main.ts" }, "cli", PROGRAM_OPTIONS);
const bundles = [
  await bundle(LIBRARY, "chunks"),
  await bundle(browserSafe, "chunks", { outdir: "dist/slim", platform: "neutral", plugins: [withoutKernels] }),
  program,
  JSON.parse(readFileSync("build/picture_worker.json", "utf8")), // which the program holds as text
];
await mergeChunks(program, [
  ["dist/cli/program.js", ["dist/cli.js"]],
  ["dist/cli/reading.js", ["cli/infer/infer.ts", "cli/infer/infer_files.ts"].map((entry) => outputOf(program, entry))],
]);
writeFileSync("dist/THIRD_PARTY_LICENSES.txt", thirdPartyLicenses(bundles, ["node_modules/swagger-ui-dist"]));
declareTypes();
copyKernels();
await writeWorker();
chmodSync("dist/cli.js", 0o755);
markCurrent("dist");

/**
 * @param folder for what entries share, and what they load on demand
 * @returns what came from where
 */
async function bundle(entryPoints, folder, { plugins = [], ...options } = {}) {
  const { metafile } = await build({
    entryPoints,
    outdir: "dist",
    chunkNames: `${folder}/[name]-[hash]`,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: ["es2022", "node20"],
    legalComments: "none",
    plugins: [...plugins, { name: "required-builtins", setup: importRequiredBuiltins }, pureOperations],
    logLevel: "warning",
    metafile: true,
    ...options,
  });
  return metafile;
}

function outputOf({ outputs }, entryPoint) {
  return Object.keys(outputs).find((path) => outputs[path].entryPoint === entryPoint);
}

/**
 * `import process from "node:process"` asks for every property of it, and so makes the streams of standard input,
 * output and error; the global is the same object, and makes what is used. For assert see plain_assert.mjs; who
 * requires it, as CommonJS does, calls it as a function.
 */
function replaceBuiltins({ onResolve, onLoad }) {
  onResolve({ filter: /^node:process$/ }, () => ({ path: "process", namespace: "global" }));
  onLoad({ filter: /.*/, namespace: "global" }, () => ({ contents: "export default process;" }));
  onResolve({ filter: /^(node:)?assert$/ }, ({ kind }) =>
    kind === "require-call"
      ? { path: "assert", namespace: "required-assert" }
      : { path: resolve("scripts/plain_assert.mjs") },
  );
  onLoad({ filter: /.*/, namespace: "required-assert" }, () => ({
    contents:
      'import * as plain from "./scripts/plain_assert.mjs";' +
      "module.exports = Object.assign((...claim) => plain.ok(...claim), plain);",
    resolveDir: ".",
  }));
}

/**
 * Lets CommonJS packages `require` Node's own modules in an ESM bundle: each such call gets a module
 * that imports it. So no file needs its own `require`, which browsers could not load.
 */
function importRequiredBuiltins({ onResolve, onLoad }) {
  onResolve({ filter: new RegExp(`^(node:)?(${builtinModules.join("|")})$`) }, ({ kind, path }) =>
    kind === "require-call" ? { path: path.replace(/^(node:)?/, "node:"), namespace: "required-builtin" } : null,
  );
  onLoad({ filter: /.*/, namespace: "required-builtin" }, ({ path }) => ({
    contents: `import builtin from ${JSON.stringify(path)}; module.exports = builtin;`,
  }));
}

/** What is marked @internal is left out. */
function declareTypes() {
  const config = "scripts/tsconfig.types.json";
  const { options, fileNames } = ts.parseJsonConfigFileContent(ts.readConfigFile(config, ts.sys.readFile).config, ts.sys, "scripts"); // biome-ignore format: one line
  const host = ts.createCompilerHost(options);
  const { readFile, writeFile } = host;
  // In a file's first line @internal is said of the file; to the compiler it would hide the first import.
  host.readFile = (file) => readFile.call(host, file)?.replace(/^\/\/ @internal /, "// ");
  host.writeFile = (file, text, ...rest) => writeFile.call(host, file, forEveryCompiler(text), ...rest);
  const program = ts.createProgram(fileNames, options, host);
  const problems = [...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics];
  if (problems.length > 0) {
    console.error(ts.formatDiagnostics(problems, host));
    console.error("build: the declarations were not written; mend the type errors above.");
    process.exit(1);
  }
}

/**
 * tsc emits `from "./x.ts"` as it stands; in a package it has to read "./x.js". And what compiles here has to compile with
 * TypeScript 5.4 and its library for es2022: that lacks Symbol.dispose, and its Uint8Array is not generic.
 */
function forEveryCompiler(declarations) {
  const libraries = declarations.includes("Symbol.dispose") ? '/// <reference lib="esnext.disposable" />\n' : "";
  const types = declarations
    .replace(/((?:from|import\()\s*"\.{1,2}\/[^"]*)\.ts"/g, '$1.js"')
    // What `of` returns: an array over an ArrayBuffer where the type says so much, and simply the array where it does not.
    .replace(/\b(\w+Array)<ArrayBuffer>/g, 'ReturnType<$1Constructor["of"]>');
  return `${libraries}${types}`;
}

function copyKernels() {
  mkdirSync("dist/types/build", { recursive: true });
  copyFileSync("build/kernels.d.ts", "dist/types/build/kernels.d.ts");
  for (const variant of ["simd", "relaxed"])
    copyFileSync(`build/kernels.${variant}.wasm`, `dist/kernels.${variant}.wasm`);
  const module = "Exclude<KernelSource, ArrayBuffer | ArrayBufferView>";
  writeFileSync(
    "dist/types/wasm.d.ts",
    `import type { KernelSource } from "./lib/index.js";\ndeclare const module: ${module};\nexport default module;\n`,
  );
}

/** The library holds the script as text, so that it starts workers without a second file; here it is one. */
async function writeWorker() {
  const { outputFiles } = await build({ entryPoints: ["lib/runtime/worker_source.ts"], write: false, format: "esm" });
  const { WORKER_SOURCE } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
  writeFileSync("dist/worker.js", WORKER_SOURCE);
  writeFileSync("dist/types/worker.d.ts", "export {};\n");
}
