// npm run build:lambda: makes build/lambda/, the function's files, and build/lambda.zip, the same for uploading.
//
//   index.mjs               what Lambda loads: `handler`
//   function.js             the application
//   function.ARCH.cache     what V8 made of it
//   bootstrap.mjs           the runtime, where Lambda brings none
//   kernels.*.wasm          both variants
//   picture_worker.cjs      the script of the thread that decodes JPEGs and large pictures, read when the first one comes
//   models/pretrained/      the networks
//   outputs/                promoted versions, where --out names a folder of them
//   package.json LICENSE THIRD_PARTY_LICENSES.txt
//
//   node scripts/build_lambda.mjs [--node PATH] [--out FOLDER] [--no-cache] [--to FOLDER]
//
// The cache serves the V8 that made it: of the Node in --node, by default the one that runs this. Without a cache the same
// sources give the same bytes; V8's caches differ from one to the next.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"; // biome-ignore format: one line
import { basename, dirname, resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { zipSync } from "fflate";
import { thirdPartyLicenses } from "./third_party.mjs";

/** The earliest that a zip can say: the same on every machine, whatever its clock and its time zone. */
const DATE = new Date(1980, 0, 1);

const { values: options } = parseArgs({
  options: {
    node: { type: "string", default: process.execPath },
    out: { type: "string" },
    "no-cache": { type: "boolean", default: false },
    to: { type: "string", default: "build/lambda" },
  },
});
const FOLDER = resolve(options.to);
const ZIP = `${FOLDER}.zip`;

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(`${FOLDER}/models`, { recursive: true });
const metafiles = [
  await bundleFunction(),
  await bundleModule("index", "load_function"),
  await bundleModule("bootstrap"),
  JSON.parse(readFileSync("build/picture_worker.json", "utf8")), // of picture_worker.cjs
];
for (const variant of ["simd", "relaxed"]) {
  copyFileSync(`build/kernels.${variant}.wasm`, `${FOLDER}/kernels.${variant}.wasm`);
}
writeFileSync(`${FOLDER}/picture_worker.cjs`, (await import("../build/picture_worker.js")).PICTURE_WORKER);
cpSync("models/pretrained", `${FOLDER}/models/pretrained`, { recursive: true });
if (options.out !== undefined) copyVersions(options.out);
const { name, version, license } = JSON.parse(readFileSync("package.json", "utf8"));
writeFileSync(`${FOLDER}/package.json`, `${JSON.stringify({ name, version, license, type: "module" })}\n`);
copyFileSync("LICENSE", `${FOLDER}/LICENSE`);
writeFileSync(`${FOLDER}/THIRD_PARTY_LICENSES.txt`, thirdPartyLicenses(metafiles));
if (!options["no-cache"]) fillCache(options.node);
writeZip();

/** In CommonJS: a script, of which V8 makes a cache. */
async function bundleFunction() {
  const { metafile } = await bundle({
    entryPoints: ["serve/lambda/main.ts"],
    outfile: `${FOLDER}/function.js`,
    format: "cjs",
    define: { "import.meta.url": "functionUrl" },
    banner: { js: "(function (module, exports, require, functionUrl) {" },
    footer: { js: "})" },
    plugins: [globalProcess, kernelsInFiles, pictureWorkerInFile, plainPino, laterSchemas],
  });
  return metafile;
}

async function bundleModule(name, source = name) {
  const { metafile } = await bundle({
    entryPoints: [`serve/lambda/${source}.ts`],
    outfile: `${FOLDER}/${name}.mjs`,
    format: "esm",
    plugins: [globalProcess],
  });
  return metafile;
}

function bundle({ plugins, ...more }) {
  return build({
    bundle: true,
    platform: "node",
    target: ["es2022", "node22"],
    // Not identifiers: clients are told the names of layers, which are those of classes.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "none",
    logLevel: "warning",
    metafile: true,
    plugins: plugins.map((setup) => ({ name: setup.name, setup })),
    ...more,
  });
}

/** `import process from "node:process"` makes the streams of standard input, output and error; the global does not. */
function globalProcess({ onResolve, onLoad }) {
  onResolve({ filter: /^node:process$/ }, () => ({ path: "process", namespace: "global" }));
  onLoad({ filter: /.*/, namespace: "global" }, () => ({ contents: "export default process;" }));
}

/** A file is read faster than a text is decoded, and only one of the two is wanted. */
function kernelsInFiles({ onLoad }) {
  onLoad({ filter: /[\\/]lib[\\/]runtime[\\/]embedded_kernels\.ts$/ }, () => ({
    contents: `
      import { readFileSync } from "node:fs";
      export const ENTRY = "simdgrad";
      // A copy: what readFileSync gives may be a part of a larger buffer.
      export const embeddedKernels = (variant) =>
        new Uint8Array(readFileSync(new URL(\`kernels.\${variant}.wasm\`, import.meta.url)));`,
    resolveDir: ".",
  }));
}

/** Few functions are sent a JPEG: what starts does not read its decoder. */
function pictureWorkerInFile({ onLoad }) {
  onLoad({ filter: /[\\/]build[\\/]picture_worker\.js$/ }, () => ({
    contents: `
      import { readFileSync } from "node:fs";
      export const PICTURE_WORKER = readFileSync(new URL("picture_worker.cjs", import.meta.url), "utf8");`,
    resolveDir: ".",
  }));
}

/** pino, without what it loads and this function never asks of it: threads, the machine's name, Node's assertions. */
function plainPino({ onResolve, onLoad }) {
  const stubs = {
    "thread-stream": "module.exports = {};",
    worker_threads: "module.exports = { isMainThread: true };",
    os: 'module.exports = { hostname: () => "" };',
    assert:
      'module.exports = (claim, message) => { if (!claim) throw new Error(message ?? "an assertion does not hold"); };',
  };
  onResolve({ filter: /^(thread-stream|(node:)?(worker_threads|os|assert))$/ }, ({ path, importer }) => {
    const isPinos = /[\\/]node_modules[\\/](pino|sonic-boom)[\\/]/.test(importer);
    return isPinos ? { path: path.replace("node:", ""), namespace: "pino-stub" } : null;
  });
  onLoad({ filter: /.*/, namespace: "pino-stub" }, ({ path }) => ({ contents: stubs[path] }));
}

/**
 * Schemas are made when a body is first checked by one: a form with a picture needs none, and making them, with zod, takes a
 * tenth of the way to a first answer. Whoever imports one uses it within a request.
 */
function laterSchemas({ onResolve, onLoad }) {
  onResolve({ filter: /[\\/]schemas[\\/]\w+\.ts$/ }, ({ path, importer, resolveDir, kind }) =>
    kind === "import-statement" && !/[\\/]schemas[\\/]/.test(importer)
      ? { path: resolve(resolveDir, path), namespace: "later" }
      : null,
  );
  onLoad({ filter: /.*/, namespace: "later" }, async ({ path }) => {
    const exported = Object.entries(await loaded(path));
    const contents = [
      `const schema = (name) => require(${JSON.stringify(path)})[name];`,
      `const bound = (owner, value) => (typeof value === "function" ? value.bind(owner) : value);`,
      `const later = (name) => new Proxy({}, { get: (_, key) => bound(schema(name), schema(name)[key]) });`,
      ...exported.map(([name, value]) => `export const ${name} = /* @__PURE__ */ ${whatStandsFor(name, value, path)};`),
    ];
    return { contents: contents.join("\n"), resolveDir: dirname(path) };
  });
}

/** What a module of the sources exports. */
async function loaded(path) {
  const outfile = `${FOLDER}/${basename(path, ".ts")}.mjs`;
  await build({ entryPoints: [path], bundle: true, outfile, format: "esm", platform: "node", target: ["node20"] });
  try {
    return await import(pathToFileURL(outfile));
  } finally {
    rmSync(outfile);
  }
}

/** @throws neither a schema nor plain data, such as a name */
function whatStandsFor(name, value, path) {
  if (typeof value?.safeParse === "function") return `later(${JSON.stringify(name)})`;
  const text = JSON.stringify(value);
  if (text === undefined || typeof value === "function" || JSON.stringify(JSON.parse(text)) !== text) {
    throw new Error(`build: ${name} of ${path} is neither a schema nor plain data; define it elsewhere.`);
  }
  return text;
}

/** Of each network: the list of versions and the checkpoint of the current one, which is its last line's. */
function copyVersions(outputs) {
  for (const model of readdirSync(outputs)) {
    const list = `${outputs}/${model}/versions.jsonl`;
    if (!existsSync(list)) continue;
    const folder = `${FOLDER}/outputs/${model}`;
    mkdirSync(`${folder}/versions`, { recursive: true });
    copyFileSync(list, `${folder}/versions.jsonl`);
    const { version } = JSON.parse(readFileSync(list, "utf8").trimEnd().split("\n").at(-1));
    copyFileSync(`${outputs}/${model}/versions/${version}.safetensors`, `${folder}/versions/${version}.safetensors`);
  }
}

/** Reads a digit with every network in a process of its own, so that what this compiles is in the cache. */
function fillCache(node) {
  const program = `
    import { codeCache, handler } from ${JSON.stringify(pathToFileURL(`${FOLDER}/index.mjs`).href)};
    import { readFileSync, writeFileSync } from "node:fs";
    const context = { awsRequestId: "build", getRemainingTimeInMillis: () => 60_000 };
    const picture = readFileSync("docs/digits/7.png");
    const form = (model) => Buffer.concat([
      Buffer.from('--b\\r\\nContent-Disposition: form-data; name="model_type"\\r\\n\\r\\n' + model + '\\r\\n'),
      Buffer.from('--b\\r\\nContent-Disposition: form-data; name="file"; filename="7.png"\\r\\n\\r\\n'), picture,
      Buffer.from("\\r\\n--b--\\r\\n"),
    ]).toString("base64");
    const json = (model) => JSON.stringify({ image: picture.toString("base64"), model_type: model });
    for (const model of ["linear", "cnn"]) {
      for (const [path, type, body, isBase64Encoded] of [
        ["/predict", "multipart/form-data; boundary=b", form(model), true],
        ["/predict/base64", "application/json", json(model), false],
      ]) {
        const http = { method: "POST", path, sourceIp: "127.0.0.1" };
        const event = { version: "2.0", rawPath: path, headers: { "content-type": type }, requestContext: { http }, body, isBase64Encoded };
        const { statusCode, body: answer } = await handler(event, context);
        if (statusCode !== 200) throw new Error(path + " answered " + statusCode + ": " + answer);
      }
    }
    writeFileSync(${JSON.stringify(FOLDER)} + "/function." + process.arch + ".cache", codeCache.make());
  `;
  execFileSync(node, ["--input-type=module", "-e", program], {
    stdio: "inherit",
    env: { PATH: process.env.PATH, MNIST_LOG_LEVEL: "silent", LAMBDA_TASK_ROOT: FOLDER },
  });
}

function writeZip() {
  const files = readdirSync(FOLDER, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => `${parentPath}/${name}`.replaceAll("\\", "/"))
    .sort();
  const entries = files.map((file) => {
    chmodSync(file, 0o644); // whatever the umask: the image takes them as they are
    // Read by everybody, on a Unix: Lambda's user is not the one that uploads.
    return [file.slice(FOLDER.length + 1), [readFileSync(file), { mtime: DATE, os: 3, attrs: 0o100644 << 16 }]];
  });
  const zip = zipSync(Object.fromEntries(entries), { level: 9 });
  writeFileSync(ZIP, zip);
  console.log(`build: ${options.to}.zip has ${files.length} files and ${(zip.length / 1e6).toFixed(2)} MB.`);
}
