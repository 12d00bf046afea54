// Makes dist/docs/: the description of the API, and the page that shows it, as `mnist serve` sends them.
//
//   openapi.json          OpenAPI 3.1, made by serve/openapi/ of the schemas that check bodies
//   index.html            the page, from serve/openapi/page/, with its style and its script
//   swagger-ui.{css,js}   Swagger UI, which draws it
//   *.gz, *.br            the same, compressed; what is large is there in these forms only
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { markCurrent } from "./stamp.mjs";

const FOLDER = "dist/docs";
const PAGE = "serve/openapi/page";
const SWAGGER = "node_modules/swagger-ui-dist";
/** From here on a file is not kept as it is: whoever takes no compressed answer gets it unpacked. */
const LARGE = 2 ** 17;

const { version } = JSON.parse(readFileSync("package.json", "utf8"));
const { makeDocument } = await load("serve/openapi/document.ts");
const { examples, problems } = JSON.parse(readFileSync("serve/openapi/examples.json", "utf8"));
const document = makeDocument({ version, examples, problems });

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
write("openapi.json", `${JSON.stringify(document)}\n`);
write("index.html", readFileSync(`${PAGE}/index.html`));
write("page.css", readFileSync(`${PAGE}/page.css`));
write("page.mjs", readFileSync(`${PAGE}/page.mjs`));
// In a layer, so that every rule of ours wins, however exact theirs are.
write("swagger-ui.css", `@layer swagger{${withoutSourceMap(readFileSync(`${SWAGGER}/swagger-ui.css`, "utf8"))}}`);
write("swagger-ui.js", withoutSourceMap(readFileSync(`${SWAGGER}/swagger-ui-bundle.js`, "utf8")));
markCurrent("docs");

function write(name, content) {
  const bytes = Buffer.from(content);
  if (bytes.length < LARGE) writeFileSync(`${FOLDER}/${name}`, bytes);
  writeFileSync(`${FOLDER}/${name}.gz`, gzipSync(bytes, { level: 9 }));
  writeFileSync(
    `${FOLDER}/${name}.br`,
    brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
  );
}

/** The map is not served, so that browsers' tools would ask for it in vain. */
function withoutSourceMap(text) {
  return text.replace(/^(\/\/|\/\*)# sourceMappingURL=.*$/m, "");
}

/** A module of the sources, with all that it imports. */
async function load(entry) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node20",
    logLevel: "warning",
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}
