// Makes dist/web/, the web app: bundled by Vite as web/vite.config.ts says, its service worker with the names of what was
// made and the policy, each file that packing makes smaller packed beside it as servers send it, and the licences of the packages that are
// in it.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "vite";
import { pagePolicy } from "./page_policy.mjs";
import { markCurrent } from "./stamp.mjs";
import { licencesOf } from "./third_party.mjs";

const FOLDER = "dist/web";
/** What is packed by itself. */
const PACKED = [".woff2", ".png", ".bin"];
/** Packing that saves less than this share, as that of weights, is not worth its files. */
const WORTHWHILE = 0.1;
/** What hosts read, and no page. */
const FOR_HOSTS = ["_headers", "vercel.json"];
/** What the service worker keeps once it was used, rather than at once: the sample of MNIST, and what few look at. */
const LATER = [".bin", ".txt"];
/** Of these the app holds a style sheet, a font and the bundler's own functions, which are not counted among its modules. */
const APART = ["node_modules/@fontsource-variable/inter", "node_modules/rolldown", "node_modules/tailwindcss"];

const { output } = await build({ configFile: "web/vite.config.ts", logLevel: "warn" });
const licences = licencesOf([...new Set([...output.flatMap(packagesOf), ...APART])].sort());
writeFileSync(`${FOLDER}/THIRD_PARTY_LICENSES.txt`, licences);
await buildServiceWorker();
for (const path of filesMade()) {
  if (!PACKED.includes(extname(path)) && !FOR_HOSTS.includes(path)) pack(`${FOLDER}/${path}`);
}
markCurrent("web");

/** In the folder, with slashes. */
function filesMade() {
  return readdirSync(FOLDER, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, path, name }) => relative(FOLDER, join(parentPath ?? path, name)).replaceAll(sep, "/"))
    .sort();
}

/** Its version changes with the name or the content of any file. */
async function buildServiceWorker() {
  const made = filesMade().filter((path) => !FOR_HOSTS.includes(path));
  const version = createHash("sha256");
  for (const path of made) version.update(`${path}\0`).update(readFileSync(`${FOLDER}/${path}`));
  const paths = made.map((path) => (path === "index.html" ? "./" : `./${path}`));
  const isLater = (path) => LATER.some((ending) => path.endsWith(ending));
  const names = {
    VERSION: version.digest("hex").slice(0, 16),
    SHELL: paths.filter((path) => !isLater(path)),
    LATER: paths.filter(isLater),
    POLICY: pagePolicy(),
  };
  const [{ output }] = await build({
    configFile: false,
    logLevel: "warn",
    publicDir: false,
    define: Object.fromEntries(Object.entries(names).map(([name, value]) => [name, JSON.stringify(value)])),
    build: {
      write: false,
      lib: { entry: "web/offline/service_worker.ts", formats: ["iife"], name: "serviceWorker" },
    },
  }).then((result) => [result].flat());
  writeFileSync(`${FOLDER}/sw.js`, output[0].code);
}

/** The folders of the packages that code of a chunk comes from. */
function packagesOf({ modules = {} }) {
  return Object.entries(modules)
    .filter(([, { renderedLength }]) => renderedLength > 0)
    .flatMap(([id]) => relative(".", id).match(/^node_modules\/(@[^/]+\/)?[^/]+/)?.[0] ?? []);
}

function pack(path) {
  const bytes = readFileSync(path);
  const brotli = {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  };
  const forms = { ".br": brotliCompressSync(bytes, brotli), ".gz": gzipSync(bytes, { level: 9 }) };
  for (const [ending, packed] of Object.entries(forms)) {
    if (packed.length < (1 - WORTHWHILE) * bytes.length) writeFileSync(path + ending, packed);
  }
}
