// Makes dist/web/, the web app: bundled by Vite as web/vite.config.ts says, each file that packing makes smaller packed
// beside it as servers send it, and the licences of the packages that are in it.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "vite";
import { markCurrent } from "./stamp.mjs";
import { licencesOf } from "./third_party.mjs";

const FOLDER = "dist/web";
/** What is packed by itself. */
const PACKED = [".woff2", ".png", ".bin"];
/** Packing that saves less than this share, as that of weights, is not worth its files. */
const WORTHWHILE = 0.1;
/** Of these the app holds a style sheet, a font and the bundler's own functions, which are not counted among its modules. */
const APART = ["node_modules/@fontsource-variable/inter", "node_modules/rolldown", "node_modules/tailwindcss"];

const { output } = await build({ configFile: "web/vite.config.ts", logLevel: "warn" });
const licences = licencesOf([...new Set([...output.flatMap(packagesOf), ...APART])].sort());
writeFileSync(`${FOLDER}/THIRD_PARTY_LICENSES.txt`, licences);
for (const file of readdirSync(FOLDER, { recursive: true, withFileTypes: true })) {
  if (file.isFile() && !PACKED.includes(extname(file.name))) pack(`${file.parentPath ?? file.path}/${file.name}`);
}
markCurrent("web");

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
