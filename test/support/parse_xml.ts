// A strict reader of XML 1.0 without DTD: what it takes is well-formed.

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (XmlElement | string)[];
}

const NAME = "[A-Za-z_:][\\w:.-]*";
const TAG = new RegExp(`^<(${NAME})((?:\\s+${NAME}="[^"<]*")*)\\s*(/?)>`);
const ATTRIBUTE = new RegExp(`(${NAME})="([^"<]*)"`, "g");
const CLOSING = new RegExp(`^</(${NAME})\\s*>`);
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** @throws {SyntaxError} anything that is not well-formed, with its place */
export function parseXml(text: string): XmlElement {
  const forbidden = FORBIDDEN.exec(text);
  if (forbidden) fault(text, forbidden.index, "a character that XML forbids");
  const open: { name: string; attributes: Record<string, string>; children: (XmlElement | string)[] }[] = [];
  let root: XmlElement | null = null;
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    if (!rest.startsWith("<")) {
      const end = text.indexOf("<", at);
      const content = text.slice(at, end < 0 ? undefined : end);
      if (open.length > 0) open[open.length - 1].children.push(decoded(content));
      else if (content.trim()) fault(text, at, "text outside of the root element");
      at += content.length;
      continue;
    }
    const closing = CLOSING.exec(rest.slice(0, 200));
    const tag = closing ? null : TAG.exec(rest.slice(0, rest.indexOf(">") + 1));
    if (closing) {
      const element = open.pop();
      if (element?.name !== closing[1]) fault(text, at, `</${closing[1]}> closes <${element?.name}>`);
      at += closing[0].length;
    } else if (tag) {
      const attributes: Record<string, string> = {};
      for (const [, name, value] of tag[2].matchAll(ATTRIBUTE)) {
        if (name in attributes) fault(text, at, `attribute ${name} twice`);
        attributes[name] = decoded(value);
      }
      const element = { name: tag[1], attributes, children: [] };
      if (open.length > 0) open[open.length - 1].children.push(element);
      else if (root) fault(text, at, "a second root element");
      else root = element;
      if (!tag[3]) open.push(element);
      at += tag[0].length;
    } else fault(text, at, "no tag");
  }
  if (open.length > 0 || !root) throw new SyntaxError(`unclosed: ${open.map(({ name }) => name)}`);
  return root;
}

/** The elements of a name, in order, wherever they are. */
export function elementsOf(root: XmlElement, name: string): XmlElement[] {
  const inside = root.children.flatMap((child) => (typeof child === "string" ? [] : elementsOf(child, name)));
  return root.name === name ? [root, ...inside] : inside;
}

/** All text inside an element. */
export function textOf(element: XmlElement): string {
  return element.children.map((child) => (typeof child === "string" ? child : textOf(child))).join("");
}

function decoded(text: string): string {
  return text.replace(/&([^;]*);?/g, (whole, name: string) => {
    if (!whole.endsWith(";") || !(name in ENTITIES)) throw new SyntaxError(`no entity: ${whole}`);
    return ENTITIES[name];
  });
}

function fault(text: string, at: number, what: string): never {
  throw new SyntaxError(`${what}, at ${at}: ${JSON.stringify(text.slice(at, at + 60))}`);
}
