// SVG as text: elements, escaping, and a document that follows the reader's light or dark scheme.

import { DARK, LIGHT, type Role } from "./palette.ts";

export type Attributes = Readonly<Record<string, string | number | undefined>>;

export interface DocumentOptions {
  width: number;
  height: number;
  /** What a screen reader says, and a browser shows under the pointer. */
  title: string;
  description: string;
}

const FONTS = `system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif`;
/** What XML 1.0 has no way to write: control characters, halves of surrogate pairs, two non-characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;
const ENTITIES: Readonly<Record<string, string>> = {
  ...{ "&": "&amp;", "<": "&lt;", ">": "&gt;" },
  ...{ '"': "&quot;", "'": "&apos;" },
};

/** Any text, fit for an element's content and for an attribute. */
export function escapeXml(text: string): string {
  return text.replace(UNWRITABLE, "\ufffd").replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/** `<name key="value">children</name>`. Numbers are rounded to hundredths, undefined is left out, children are XML. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? rounded(value) : escapeXml(String(value))}"`)
    .join("");
  return children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join("")}</${name}>`;
}

/** A line of text, its baseline at y. */
export function textAt(x: number, y: number, content: string, attributes: Attributes = {}): string {
  return element("text", { x, y, ...paint({ fill: "ink" }), ...attributes }, escapeXml(content));
}

/**
 * Attributes that colour an element: the light palette by attribute, so that it holds in viewers without CSS too,
 * the dark one by class.
 */
export function paint({ fill, stroke }: { fill?: Role; stroke?: Role }): Attributes {
  return {
    class: [fill && `sg-f-${fill}`, stroke && `sg-s-${stroke}`].filter(Boolean).join(" "),
    fill: fill ? LIGHT[fill] : "none",
    stroke: stroke && LIGHT[stroke],
  };
}

/** Path data through the points, row by row of what `lines` holds. */
export function pathThrough(lines: readonly (readonly (readonly [x: number, y: number])[])[]): string {
  return lines.map((line) => `M${line.map(([x, y]) => `${rounded(x)} ${rounded(y)}`).join("L")}`).join("");
}

/** A whole document on its own paper. Without ids, so that several of them can stand in one page. */
export function svgDocument(options: DocumentOptions, ...body: readonly string[]): string {
  const { width, height, title, description } = options;
  const dark = Object.entries(DARK)
    .map(([role, colour]) => `.sg-f-${role}{fill:${colour}}.sg-s-${role}{stroke:${colour}}`)
    .join("");
  const root = element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width,
      height,
      viewBox: `0 0 ${rounded(width)} ${rounded(height)}`,
      role: "img",
      "font-family": FONTS,
      "font-size": 12,
    },
    element("title", {}, escapeXml(title)),
    element("desc", {}, escapeXml(description)),
    element("style", {}, `@media (prefers-color-scheme:dark){${dark}}`),
    element("rect", { width, height, ...paint({ fill: "paper" }) }),
    ...body.map((part) => `\n${part}`),
    "\n",
  );
  return `${root}\n`;
}

function rounded(value: number): string {
  return String(Math.round(value * 100) / 100 || 0); // 0 for −0
}
