import { suite } from "uvu";
import * as assert from "uvu/assert";
import { pictureType } from "../../lib/base/picture_type.ts";

const test = suite("pictureType");

/** Characters 0 to 255 as bytes. */
const bytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const kindOf = (text: string): string | undefined => pictureType(bytes(text))?.kind;

test("pictures are recognised by their first bytes", () => {
  const heads: Record<string, string[]> = {
    png: ["\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "\x89PNG\n\x1a\n", "\xef\xbf\xbdPNG\r\n"],
    jpeg: ["\xff\xd8\xff\xe0\0\x10JFIF\0", "\xff\xd8\xff\xe1\0\0Exif", "\xff\xd8\xff\xdb"],
    gif: ["GIF87ap\0p\0", "GIF89a"],
    webp: ["RIFF\xb2\x01\0\0WEBPVP8 "],
    heic: ["\0\0\0\x24ftypheic\0\0\0\0mif1heic", "\0\0\0\x18ftypmif1"],
    avif: ["\0\0\0\x1cftypavif\0\0\0\0"],
    bmp: ["BM65\0\0\0\0\0\0\x36\x04\0\0\x28\0\0\0"],
    tiff: ["II*\0\x08\0\0\0", "MM\0*\0\0\0\x08"],
    ico: ["\0\0\x01\0\x01\0\x10\x10"],
    pdf: ["%PDF-1.4\n"],
  };
  for (const [kind, texts] of Object.entries(heads)) for (const text of texts) assert.is(kindOf(text), kind, text);
});

test("text that stands for a picture is recognised, behind a byte order mark and blank lines too", () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"/>';
  for (const text of [
    svg,
    `<?xml version="1.0"?>\n${svg}`,
    `<!-- made by hand -->${svg}`,
    `\xef\xbb\xbf\n${svg}`,
    `<?xml version="1.0"?>\n<!-- ${"long ".repeat(200)} -->\n${svg}`,
  ]) {
    assert.is(kindOf(text), "svg", text);
  }
  for (const text of ["<!DOCTYPE html><html></html>", "\r\n<html lang=en>", "<!-- old --><HEAD>", "<script>"]) {
    assert.is(kindOf(text), "html", text);
  }
  assert.is(kindOf("data:image/png;base64,iVBORw0KGgoAAAANSU"), "data-url");
  assert.is(kindOf("iVBORw0KGgoAAAANSUhEUgAA"), "base64");
  assert.is(kindOf("<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"), "xml");
  assert.is(kindOf('{"error": "not found"}'), "json");
  assert.is(kindOf("version https://git-lfs.github.com/spec/v1\noid sha256:0"), "git-lfs");
  assert.is(kindOf("a few words"), "text");
  assert.equal(pictureType(new TextEncoder().encode("Zürich, où, 数字")), {
    kind: "text",
    what: "a text file",
    group: "text",
  });
});

test("a text is one where its last character was cut off by the look at its beginning alone", () => {
  assert.is(pictureType(new TextEncoder().encode(`x${"ü".repeat(2000)}`))?.kind, "text");
});

test("archives and other programs' files are recognised", () => {
  const heads: Record<string, string> = {
    gzip: "\x1f\x8b\x08\0",
    zip: "PK\x03\x04\0\0\x08\x08",
    "7z": "7z\xbc\xaf\x27\x1c",
    tar: `${"a".repeat(100)}${"\0".repeat(157)}ustar`,
    pickle: "\x80\x02}q\0",
    numpy: "\x93NUMPY\x01\0",
    hdf5: "\x89HDF\r\n\x1a\n",
    idx: "\0\0\x08\x03\0\0\xea\x60",
    safetensors: '\xc0\0\0\0\0\0\0\0{"__metadata__":',
  };
  for (const [kind, text] of Object.entries(heads)) assert.is(kindOf(text), kind, text);
});

test("nothing is made of what it cannot know", () => {
  assert.is(pictureType(new Uint8Array(0)), null);
  assert.is(pictureType(new Uint8Array(3000)), null);
  assert.is(pictureType(bytes("\x12\x34\x56\x78")), null);
});

test.run();
