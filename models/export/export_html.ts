// exportHtml: a page in one file in which a trained network reads what one draws.

import { PAGE, PAGE_SCRIPT, PAGE_STYLE } from "../../build/export.js";
import { sha256 } from "../../lib/base/sha256.ts";
import { base64 } from "./base64.ts";
import { moduleText } from "./export_mjs.ts";
import type { ExportableModel } from "./exportable_model.ts";
import { literal } from "./literal.ts";
import { modelCard } from "./model_card.ts";

/**
 * The page: what exportMjs makes, the preprocessing, and a square to draw in. It opens from a disk or an attachment, and
 * its policy forbids it to ask anybody for anything. What a checkpoint says of itself stands in a block of data, which no
 * browser runs: the script that the policy allows is ours, with the network's numbers. The same weights and metadata give
 * the same bytes.
 *
 * @throws {OptionError} a layer that an exported module has no code for, by name
 * @example const bytes = exportHtml({ name: "cnn", network, metadata }); // of digit.html
 */
export function exportHtml(model: ExportableModel): Uint8Array {
  const card = modelCard(model);
  const script = `\n${moduleText(model, card, CARD_TEXT)}\n${PAGE_SCRIPT}`;
  const parts: Record<string, string> = {
    ...{ POLICY: policy(script), STYLE: PAGE_STYLE, SCRIPT: script },
    CARD: literal(card, 2),
  };
  return new TextEncoder().encode(PAGE.replace(/\{\{(\w+)\}\}/g, (_, name: string) => parts[name]));
}

/** What the page's script has as its card. */
const CARD_TEXT = 'JSON.parse(document.getElementById("card").textContent)';

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
  const hex = sha256(new TextEncoder().encode(text));
  const digest = Uint8Array.from({ length: 32 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
  return `'sha256-${base64(digest)}'`;
}
