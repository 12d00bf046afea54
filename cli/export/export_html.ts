// A page in one file in which a trained network reads what one draws: `mnist export --format html`.

import { createHash } from "node:crypto";
import { PAGE, PAGE_SCRIPT, PAGE_STYLE } from "../../build/export.js";
import type { LoadedModel } from "../checkpoints/checkpoints.ts";
import { moduleText } from "./export_mjs.ts";

/**
 * The page's text: what exportMjs makes, the library's preprocessing, and a square to draw in. It opens from a disk or an
 * attachment, and its policy forbids it to ask anybody for anything. The same weights and metadata give the same bytes.
 *
 * @throws {OptionError} a network other than those in models/
 * @example writeFileSync("digit.html", exportHtml(loadModel({ model: "cnn" })));
 */
export function exportHtml(loaded: LoadedModel): Uint8Array {
  const script = `\n${moduleText(loaded)}\n${PAGE_SCRIPT}`;
  const parts: Record<string, string> = { POLICY: policy(script), STYLE: PAGE_STYLE, SCRIPT: script };
  return new TextEncoder().encode(PAGE.replace(/\{\{(\w+)\}\}/g, (_, name: string) => parts[name]));
}

/** Nothing from anywhere; of scripts and styles, those that the page was made with. */
function policy(script: string): string {
  return [
    "default-src 'none'",
    `script-src ${hash(script)} 'wasm-unsafe-eval'`,
    `style-src ${hash(PAGE_STYLE)}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

function hash(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
