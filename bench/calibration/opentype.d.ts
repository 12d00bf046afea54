// Of opentype.js, which has no types, what ./glyphs.ts calls.

declare module "opentype.js" {
  export interface Command {
    readonly type: "M" | "L" | "Q" | "C" | "Z";
    readonly x: number;
    readonly y: number;
    readonly x1: number;
    readonly y1: number;
    readonly x2: number;
    readonly y2: number;
  }
  export interface Font {
    getPath(text: string, x: number, y: number, fontSize: number): { readonly commands: readonly Command[] };
    charToGlyphIndex(character: string): number;
  }
  const opentype: { parse(bytes: ArrayBuffer): Font };
  export default opentype;
}
