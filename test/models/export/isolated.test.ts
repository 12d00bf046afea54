// A page exports too: the exporters, bundled for a browser, in a world that has no more than a page's globals.

import { readFileSync } from "node:fs";
import { createContext, runInContext } from "node:vm";
import { buildSync } from "esbuild";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { EXPORTERS, type ExportFormat } from "../../../models/export/index.ts";
import { MODEL_NAMES, networkOf } from "../../../models/index.ts";
import { shippedModel } from "../../support/shipped_model.ts";

const test = suite("export in a page");

const PAGE = `
  import { decodeCheckpoint } from "./lib/index.ts";
  import { EXPORTERS } from "./models/export/index.ts";
  import { networkOf, readCheckpointMetadata } from "./models/index.ts";
  export function exportAll(name, bytes) {
    const network = networkOf(name).build();
    const metadata = readCheckpointMetadata(decodeCheckpoint(network, bytes, name));
    return Object.entries(EXPORTERS).map(([format, write]) => [format, write({ name, network: network.eval(), metadata })]);
  }`;

const { outputFiles } = buildSync({
  stdin: { contents: PAGE, resolveDir: process.cwd(), loader: "ts" },
  bundle: true,
  write: false,
  format: "iife",
  globalName: "page",
  platform: "browser", // an import of a module of Node would be an error
  target: "es2022",
});

for (const name of MODEL_NAMES.filter((each) => networkOf(each).isShipped)) {
  test(`${name}: every format has the bytes that Node writes`, () => {
    const world = createContext({ TextEncoder, TextDecoder, btoa, atob });
    runInContext(outputFiles[0].text, world);
    const bytes = readFileSync(new URL(`../../../models/pretrained/${name}.safetensors`, import.meta.url));
    const exported: [ExportFormat, Uint8Array][] = runInContext("page.exportAll", world)(name, new Uint8Array(bytes));
    assert.is(exported.map(([format]) => format).join(), Object.keys(EXPORTERS).join());
    for (const [format, written] of exported) {
      assert.is(Buffer.compare(Buffer.from(written), EXPORTERS[format](shippedModel(name))), 0, format);
    }
  });
}

test.run();
