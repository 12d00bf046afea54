import { createHash } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { exportHtml, exportMjs } from "../../../models/export/index.ts";
import { shippedModel } from "../../support/shipped_model.ts";

const test = suite("export to a page");

const loaded = shippedModel("cnn");
const bytes = exportHtml(loaded);
const page = new TextDecoder().decode(bytes);

/** The content of the one element of this name; of scripts, the one that runs. */
function contentOf(name: string): string {
  const attributes = name === "script" ? ' type="module"' : "(?: [^>]*)?";
  const found = [...page.matchAll(new RegExp(`<${name}${attributes}>([\\s\\S]*?)</${name}>`, "g"))];
  assert.is(found.length, 1, `<${name}>`);
  return found[0][1];
}

test("it takes no more than the module and 42 KB", () => {
  const room = bytes.length - exportMjs(loaded).length;
  assert.ok(room < 42_000, `${room}`);
});

test("it holds the module, its card as data, and the same weights give the same bytes", () => {
  const module = new TextDecoder().decode(exportMjs(loaded));
  const [, header, card, code] = module.match(/^(.*?^export const model = )(\{.*?^\})(;.*)$/ms) ?? [];
  const script = contentOf("script");
  assert.ok(script.includes(header) && script.includes(code));
  assert.ok(page.includes(`<script type="application/json" id="card">${card}</script>`));
  assert.is(Buffer.compare(exportHtml(shippedModel("cnn")), bytes), 0);
});

test("its policy allows its own script and style, and nothing from anywhere", () => {
  const policy = page.match(/<meta http-equiv="Content-Security-Policy" content="([^"]+)">/)?.[1].split("; ");
  const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  assert.equal(policy, [
    "default-src 'none'",
    `script-src ${hash(contentOf("script"))} 'wasm-unsafe-eval'`,
    `style-src ${hash(contentOf("style"))}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ]);
});

test("no address of the network stands in it, and no place is left unfilled", () => {
  const shell = page.replace(contentOf("script"), "");
  assert.not.match(page, /https?:|\bimport\(|\bfetch\(|XMLHttpRequest|WebSocket/);
  assert.equal(
    [...shell.matchAll(/\b(?:src|href)="([^"]*)"/g)].map(([, url]) => url),
    ["data:,"],
  );
  assert.not.match(page, /\{\{\w+\}\}|undefined<|\bnull</);
});

test("what a checkpoint says of itself cannot end the script, and a dollar stays one", () => {
  const dataset = "$&$`</script><script>alert(1)</script>";
  const text = new TextDecoder().decode(exportHtml({ ...loaded, metadata: { ...loaded.metadata, dataset } }));
  assert.is(text.match(/<\/script/g)?.length, 2);
  assert.ok(text.includes("$\\u0026$`\\u003c/script\\u003e"));
});

test.run();
